import type { TransportAddress } from './transport-address.js';
import type { StunClass } from './wire-format.js';

/** A STUN message (RFC 8489 section 5) with the attributes that connectivity checks use. Owns its bytes. */
export interface StunMessage {
  readonly class: StunClass;
  /** 12 bits; 1 is Binding. */
  readonly method: number;
  /** 12 bytes. */
  readonly transactionId: Uint8Array;
  /** Of at most 513 bytes; every byte one character, since ICE fragments are ASCII (RFC 8839 section 5.4). */
  readonly username: string | undefined;
  /** 0 to 2^32 - 1. */
  readonly priority: number | undefined;
  readonly useCandidate: boolean;
  /** Tie-breakers, RFC 8445 section 16.1. */
  readonly iceControlled: bigint | undefined;
  readonly iceControlling: bigint | undefined;
  readonly xorMappedAddress: TransportAddress | undefined;
  /** 300 to 699. */
  readonly errorCode: number | undefined;
  /** Attributes that must be understood and are not. */
  readonly unknownAttributes: readonly number[];
  /** Where MESSAGE-INTEGRITY starts in the datagram, undefined without one. What follows it is not protected. */
  readonly integrityOffset: number | undefined;
  readonly hasFingerprint: boolean;
}
