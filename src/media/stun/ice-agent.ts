import type { IceCredentials } from '../sdp/session.js';
import { type CandidatePair, CandidatePairs } from './candidate-pair.js';
import { ConnectivityChecks, type IceDatagram } from './connectivity-checks.js';
import { Consent, type ConsentOptions } from './consent.js';
import { IceGeneration } from './ice-generation.js';
import type { HmacSha1 } from './message-integrity.js';
import { parseStunMessage, type StunMessage } from './message.js';
import type { TransportAddress } from './transport-address.js';
import { BINDING } from './wire-format.js';

export type { IceDatagram } from './connectivity-checks.js';
export type { HmacSha1 } from './message-integrity.js';

/** Both sides' credentials, and what the core has no source of itself; transaction ids must not be guessed (RFC 8489 section 5). */
export interface IceAgentOptions extends ConsentOptions {
  readonly local: IceCredentials;
  readonly remote: IceCredentials;
  readonly hmacSha1: HmacSha1;
}

/** What came of one STUN datagram. */
export interface IceResult {
  /** It was authentic and served: `remote` may send DTLS from now on. */
  readonly accepted: boolean;
  /** `selected` is another pair than before. */
  readonly nominated: boolean;
  /** To be sent in this order, whatever the rest says: answers, then checks of ours. */
  readonly send: readonly IceDatagram[];
}

/** A socket of ours and the peer's address that data is sent to. */
export interface SelectedPair {
  readonly remote: TransportAddress;
  readonly socketId: number;
}

const DROPPED: IceResult = { accepted: false, nominated: false, send: [] };

/**
 * The controlled agent of one session: full ICE (RFC 8445) for a peer that made the offer and controls.
 *
 * It sends to addresses only that an authentic check came from, and has no list of the peer's candidates. A check is
 * answered and, until ours was answered, sent back at once, which lets a peer nominate without waiting for its timer.
 * The first pair is selected with its first authentic check. Later ones take over by USE-CANDIDATE, or when the peer
 * no longer answers on the selected one (it has a new address behind its NAT), and only after they answered a check: a
 * replayed datagram moves nothing. Time is passed in, monotonic milliseconds.
 */
export class IceAgent {
  private current: IceGeneration;
  /** Of before an ICE restart, until a pair with the new credentials is selected and works. */
  private previous: IceGeneration | undefined;
  private readonly pairs = new CandidatePairs();
  private readonly checks: ConnectivityChecks;
  private selectedPair: CandidatePair | undefined;
  /** The last one that came with USE-CANDIDATE. */
  private nominee: CandidatePair | undefined;
  private readonly consent: Consent;
  private measuredRoundTripMs: number | undefined;

  constructor(private readonly options: IceAgentOptions) {
    this.current = new IceGeneration(options.local, options.remote, options.hmacSha1);
    this.checks = new ConnectivityChecks(options.randomBytes);
    this.consent = new Consent(options);
  }

  /** Where to send: undefined before the first authentic check. */
  get selected(): SelectedPair | undefined {
    return this.selectedPair;
  }

  /** Last authentic packet, -Infinity before. */
  get lastHeardMs(): number {
    return this.consent.heardMs;
  }

  /** Of the last answer to a check that was sent once; undefined before. */
  get roundTripMs(): number | undefined {
    return this.measuredRoundTripMs;
  }

  /** @returns true when an authentic check came from there: DTLS may */
  isValidated(remote: TransportAddress, socketId: number): boolean {
    return this.pairs.find(remote, socketId) !== undefined;
  }

  /** An authentic packet that is not STUN came from a validated pair. */
  heard(nowMs: number): void {
    this.consent.heardMs = nowMs;
  }

  /**
   * A datagram that begins like STUN. What is malformed, not for this session, or signed with another password is
   * dropped without an answer.
   *
   * @param datagram borrowed
   */
  receive(datagram: Uint8Array, remote: TransportAddress, socketId: number, nowMs: number): IceResult {
    const message = parseStunMessage(datagram);
    if (message?.method !== BINDING || message.class === 'indication') return DROPPED;
    return message.class === 'request'
      ? this.receiveRequest(datagram, message, remote, socketId, nowMs)
      : this.receiveAnswer(datagram, message, remote, socketId, nowMs);
  }

  /** Call every 10 to 100 ms. @returns checks to send: repeated ones and questions for consent */
  tick(nowMs: number): IceDatagram[] {
    const due = this.checks.tick(nowMs);
    const pair = this.selectedPair;
    if (pair === undefined || !this.consent.isDue(nowMs, this.pairs.hasFresherThan(pair))) return due;
    this.consent.postpone(nowMs);
    pair.questioned(nowMs);
    return [...due, this.checks.askForConsent(pair, nowMs)];
  }

  /** RFC 8445 section 9: the selected pair and its credentials serve until a pair with the new ones takes over. */
  restart(local: IceCredentials, remote: IceCredentials): void {
    const serving = this.selectedPair?.generation ?? this.current;
    for (const generation of [this.previous, this.current]) {
      if (generation !== undefined && generation !== serving) this.checks.forget(generation);
    }
    this.previous = serving;
    this.current = new IceGeneration(local, remote, this.options.hmacSha1);
    this.nominee = undefined;
  }

  private receiveRequest(
    datagram: Uint8Array,
    request: StunMessage,
    remote: TransportAddress,
    socketId: number,
    nowMs: number,
  ): IceResult {
    const generation = [this.current, this.previous].find((one) => one?.asked(datagram, request));
    if (generation === undefined) return DROPPED;
    this.consent.heardMs = nowMs;
    const error = generation.errorOf(request);
    if (error !== undefined) {
      return { ...DROPPED, send: [{ bytes: generation.encodeError(request, error), remote, socketId }] };
    }
    const pair = this.pairs.checked(remote, socketId, generation, nowMs, this.selectedPair);
    if (generation === this.current) pair.enter(generation);
    if (request.useCandidate) this.nominee = pair;
    const nominated = this.selectedPair === undefined ? this.select(pair, nowMs) : this.takeOver(pair, nowMs);
    const answer = { bytes: generation.encodeSuccess(request, remote), remote, socketId };
    return {
      accepted: true,
      nominated,
      send: pair.isProven ? [answer] : [answer, ...this.checks.trigger(pair, nowMs)],
    };
  }

  private receiveAnswer(
    datagram: Uint8Array,
    response: StunMessage,
    remote: TransportAddress,
    socketId: number,
    nowMs: number,
  ): IceResult {
    const check = this.checks.find(response.transactionId, remote, socketId);
    if (check?.generation.answered(datagram, response) !== true) return DROPPED;
    this.checks.settle(response.transactionId);
    this.consent.heardMs = nowMs;
    const pair = this.pairs.find(remote, socketId);
    if (response.class === 'error' || pair?.generation !== check.generation) return { ...DROPPED, accepted: true };
    if (check.transmissions === 1) this.measuredRoundTripMs = nowMs - check.sentMs;
    pair.isProven = true;
    pair.checked(nowMs);
    return { accepted: true, nominated: this.takeOver(pair, nowMs), send: [] };
  }

  /** @returns true when `pair` is selected from now on */
  private takeOver(pair: CandidatePair, nowMs: number): boolean {
    if (!pair.isProven) return false;
    if (pair === this.selectedPair) {
      this.endRestart(pair);
      return false;
    }
    const isOutdated = pair.generation !== this.current && pair.generation !== this.selectedPair?.generation;
    const mayTakeOver = pair === this.nominee || this.selectedPair?.isAbandoned(nowMs) === true;
    return !isOutdated && mayTakeOver && this.select(pair, nowMs);
  }

  private select(pair: CandidatePair, nowMs: number): true {
    this.selectedPair = pair;
    this.consent.postpone(nowMs);
    if (pair.isProven) this.endRestart(pair);
    return true;
  }

  private endRestart(pair: CandidatePair): void {
    if (this.previous === undefined || pair.generation !== this.current) return;
    this.checks.forget(this.previous);
    this.previous = undefined;
  }
}
