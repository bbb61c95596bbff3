import { ascii } from '../bytes.js';
import type { IceCredentials } from '../sdp/session.js';
import { encodeBinding, type Integrity } from './message-encoder.js';
import { type HmacSha1, hasValidIntegrity } from './message-integrity.js';
import type { StunMessage } from './message.js';
import type { TransportAddress } from './transport-address.js';

/** Peer-reflexive, highest local preference, component 1 (RFC 8445 sections 5.1.2.1 and 7.1.1). */
const CHECK_PRIORITY = 110 * 2 ** 24 + 65_535 * 2 ** 8 + 255;

/**
 * As low as can be: whoever compares finds that the other side controls (RFC 8445 section 7.3.1.1). The client made the
 * offer, so that is always right. Not 0, which libjuice (libdatachannel, OBS) takes for no tie-breaker at all.
 */
const TIE_BREAKER = 1n;
/** As high as can be, for the same reason where the offer was ours. */
const CONTROLLING_TIE_BREAKER = 2n ** 64n - 1n;

/** Who nominates: whoever made the offer (RFC 8445 section 6.1.1), unless the other side is a lite agent. */
export type IceRole = 'controlled' | 'controlling';

const ERROR_REASONS = { 420: 'Unknown Attribute', 487: 'Role Conflict' } as const;

/** One pair of credentials, until an ICE restart replaces it: the messages made and judged with it. */
export class IceGeneration {
  /** USERNAME of their checks. */
  readonly checkName: string;
  private readonly ownCheckName: string;
  private readonly own: Integrity;
  private readonly theirs: Integrity;

  constructor(
    local: IceCredentials,
    remote: IceCredentials,
    hmacSha1: HmacSha1,
    private readonly role: IceRole = 'controlled',
  ) {
    this.checkName = `${local.usernameFragment}:${remote.usernameFragment}`;
    this.ownCheckName = `${remote.usernameFragment}:${local.usernameFragment}`;
    this.own = { key: ascii(local.password), hmacSha1 };
    this.theirs = { key: ascii(remote.password), hmacSha1 };
  }

  /** @returns true when the peer of these credentials asked it */
  asked(datagram: Uint8Array, request: StunMessage): boolean {
    return request.username === this.checkName && this.isSigned(datagram, request, this.own);
  }

  /** @returns true when the peer of these credentials answered it */
  answered(datagram: Uint8Array, response: StunMessage): boolean {
    return this.isSigned(datagram, response, this.theirs);
  }

  /** What is wrong with an authentic request (RFC 8445 section 7.3.1.1 and RFC 8489 section 6.3.1): both claim our role, or it has unknown attributes. */
  errorOf(request: StunMessage): keyof typeof ERROR_REASONS | undefined {
    const sameRole = this.role === 'controlled' ? request.iceControlled : request.iceControlling;
    if (sameRole !== undefined) return 487;
    return request.unknownAttributes.length > 0 ? 420 : undefined;
  }

  /** RFC 8445 section 7.1. @param useCandidate nominates the pair; only who controls does */
  encodeCheck(transactionId: Uint8Array, useCandidate = false): Uint8Array {
    const username = this.ownCheckName;
    const role =
      this.role === 'controlled' ? { iceControlled: TIE_BREAKER } : { iceControlling: CONTROLLING_TIE_BREAKER };
    const fields = { transactionId, username, priority: CHECK_PRIORITY, useCandidate, ...role };
    return encodeBinding({ class: 'request', ...fields }, this.theirs);
  }

  /** RFC 8445 section 7.3.1.2: tells the peer how its address looks from here. */
  encodeSuccess(request: StunMessage, remote: TransportAddress): Uint8Array {
    const { transactionId } = request;
    return encodeBinding({ class: 'success', transactionId, xorMappedAddress: remote }, this.own);
  }

  /** RFC 8489 section 6.3.1.1; a 420 names what was not understood. */
  encodeError(request: StunMessage, code: keyof typeof ERROR_REASONS): Uint8Array {
    const { transactionId, unknownAttributes } = request;
    const error = { code, reason: ERROR_REASONS[code] };
    return encodeBinding(
      { class: 'error', transactionId, error, ...(code === 420 ? { unknownAttributes } : {}) },
      this.own,
    );
  }

  private isSigned(datagram: Uint8Array, message: StunMessage, { key, hmacSha1 }: Integrity): boolean {
    return hasValidIntegrity(datagram, message, key, hmacSha1);
  }
}
