import type { RtpHeader } from '../rtp/packet.js';
import type { SrtpProfile } from './profile.js';

/** Session keys of one direction and one protocol (RFC 3711 section 4.3.1). */
export interface SrtpKeySet {
  readonly encryptionKey: Uint8Array;
  /** Empty for AEAD profiles. */
  readonly authenticationKey: Uint8Array;
  readonly salt: Uint8Array;
}

/** Session keys of one direction. */
export interface SrtpSessionKeys {
  readonly rtp: SrtpKeySet;
  readonly rtcp: SrtpKeySet;
}

/** One protected packet on its way through `openRtpTogether`: reused, so a packet allocates none. */
export interface ProtectedPacket {
  readonly offset: number;
  readonly length: number;
  readonly header: RtpHeader;
  readonly rolloverCounter: number;
  /** The answer: the length without the tag, -1 when not authentic. */
  plainLength: number;
}

/** One plain packet on its way through `sealRtpTogether`, with room for the tag behind it: reused, too. */
export interface PlainPacket {
  readonly offset: number;
  readonly length: number;
  readonly header: RtpHeader;
  readonly rolloverCounter: number;
}

/**
 * The ciphers of one direction of one session, one whole packet per call, in place. The engine fills this port.
 *
 * Lengths include everything in `bytes` from `offset` that belongs to the packet. The caller has checked that header,
 * tag and index fit. Nothing throws on wire bytes, and a packet that does not authenticate is left as it was.
 */
export interface SrtpCrypto {
  /** How many packets `openRtpTogether` takes at most; more than 1 where that is cheaper than one by one. */
  readonly mostTogether: number;
  /** @returns the length without the tag, -1 when not authentic */
  openRtp(bytes: Uint8Array, offset: number, length: number, header: RtpHeader, rolloverCounter: number): number;
  /** Opens the first `count` of `packets`, and sets what came of each. */
  openRtpTogether(bytes: Uint8Array, packets: readonly ProtectedPacket[], count: number): void;
  /** Needs room for the tag behind the packet. @returns the length with the tag */
  sealRtp(bytes: Uint8Array, offset: number, length: number, header: RtpHeader, rolloverCounter: number): number;
  /** `sealRtp` for the first `count` of `packets`, in their order. */
  sealRtpTogether(bytes: Uint8Array, packets: readonly PlainPacket[], count: number): void;
  /** @param index of 31 bits, as the packet carries it with the E flag set. @returns the length without tag and index, -1 when not authentic */
  openRtcp(bytes: Uint8Array, offset: number, length: number, ssrc: number, index: number): number;
  /** Needs room for tag and index behind the packet. @returns the length with both */
  sealRtcp(bytes: Uint8Array, offset: number, length: number, ssrc: number, index: number): number;
  /** Gives memory back; nothing may be opened or sealed any more. Idempotent. */
  close(): void;
}

/** Where ciphers come from: the core computes none itself. */
export interface SrtpCryptoFactory {
  /** AES-128 of one 16-byte block, for key derivation. */
  encryptBlock(key: Uint8Array, block: Uint8Array): Uint8Array;
  create(profile: SrtpProfile, keys: SrtpSessionKeys): SrtpCrypto;
}
