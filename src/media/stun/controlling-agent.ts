import type { IceCredentials } from '../sdp/session.js';
import { CandidatePair, CandidatePairs } from './candidate-pair.js';
import { ConnectivityChecks, type IceDatagram } from './connectivity-checks.js';
import { Consent } from './consent.js';
import type { IceResult, SelectedPair } from './ice-agent.js';
import { IceGeneration } from './ice-generation.js';
import type { HmacSha1 } from './message-integrity.js';
import { parseStunMessage, type StunMessage } from './message.js';
import type { TransportAddress } from './transport-address.js';
import { BINDING } from './wire-format.js';

/** Both sides' credentials, where the peer may be, and what the core has no source of itself. */
export interface ControllingAgentOptions {
  readonly local: IceCredentials;
  readonly remote: IceCredentials;
  /** To be checked in this order, each from a socket of ours. */
  readonly pairs: readonly SelectedPair[];
  readonly hmacSha1: HmacSha1;
  /** From a cryptographic source: transaction ids must not be guessed (RFC 8489 section 5). */
  readonly randomBytes: (length: number) => Uint8Array;
}

/** RFC 8445 section 14.2 has one each 50 ms; ticks come every 100 ms. */
const NEW_CHECKS_PER_TICK = 2;
const DROPPED: IceResult = { accepted: false, nominated: false, send: [] };

/**
 * The controlling agent of one session (RFC 8445), for a peer that answered an offer of ours, or for a lite one, which
 * only answers (section 6.1.1).
 *
 * It checks the peer's candidates, takes the first pair that works and nominates it; another one takes its place when the
 * peer no longer answers there. Candidates of ours are not needed: the peer learns our address by our checks. Time is passed
 * in, monotonic milliseconds.
 */
export class ControllingAgent {
  private readonly generation: IceGeneration;
  private readonly checks: ConnectivityChecks;
  /** Those that an authentic message came by. */
  private readonly pairs = new CandidatePairs();
  private readonly unchecked: CandidatePair[];
  private selectedPair: CandidatePair | undefined;
  private readonly consent: Consent;
  private measuredRoundTripMs: number | undefined;

  constructor(options: ControllingAgentOptions) {
    const { local, remote, pairs, hmacSha1, randomBytes } = options;
    const generation = new IceGeneration(local, remote, hmacSha1, 'controlling');
    this.generation = generation;
    this.checks = new ConnectivityChecks(randomBytes);
    this.consent = new Consent({ randomBytes });
    this.unchecked = pairs.map((pair) => new CandidatePair(pair.remote, pair.socketId, generation, -Infinity));
  }

  /** Where to send: undefined before the first answer. */
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

  /** @returns true when an authentic message came from there: DTLS may */
  isValidated(remote: TransportAddress, socketId: number): boolean {
    return this.pairs.find(remote, socketId) !== undefined;
  }

  /** An authentic packet that is not STUN came from a validated pair. */
  heard(nowMs: number): void {
    this.consent.heardMs = nowMs;
  }

  /** What is malformed, not for this session, or signed with another password is dropped without an answer. @param datagram borrowed */
  receive(datagram: Uint8Array, remote: TransportAddress, socketId: number, nowMs: number): IceResult {
    const message = parseStunMessage(datagram);
    if (message?.method !== BINDING || message.class === 'indication') return DROPPED;
    return message.class === 'request'
      ? this.receiveRequest(datagram, message, remote, socketId, nowMs)
      : this.receiveAnswer(datagram, message, remote, socketId, nowMs);
  }

  /** Call every 10 to 100 ms. @returns checks to send: first ones, repeated ones and questions for consent */
  tick(nowMs: number): IceDatagram[] {
    const due = this.checks.tick(nowMs);
    const pair = this.selectedPair;
    if (pair === undefined) return [...due, ...this.beginChecks(nowMs)];
    if (!this.consent.isDue(nowMs)) return due;
    this.consent.postpone(nowMs);
    pair.questioned(nowMs);
    return [...due, this.checks.askForConsent(pair, nowMs)];
  }

  private beginChecks(nowMs: number): IceDatagram[] {
    return this.unchecked.splice(0, NEW_CHECKS_PER_TICK).flatMap((pair) => this.checks.trigger(pair, nowMs));
  }

  /** A full peer checks us too; what it says of its role we know better: the offer was ours. */
  private receiveRequest(
    datagram: Uint8Array,
    request: StunMessage,
    remote: TransportAddress,
    socketId: number,
    nowMs: number,
  ): IceResult {
    const { generation } = this;
    if (!generation.asked(datagram, request)) return DROPPED;
    this.consent.heardMs = nowMs;
    const error = generation.errorOf(request);
    if (error !== undefined) {
      return { ...DROPPED, send: [{ bytes: generation.encodeError(request, error), remote, socketId }] };
    }
    const pair = this.pairs.checked(remote, socketId, generation, nowMs, this.selectedPair);
    const answer = { bytes: generation.encodeSuccess(request, remote), remote, socketId };
    const checks = pair.isProven ? [] : this.checks.trigger(pair, nowMs);
    return { accepted: true, nominated: false, send: [answer, ...checks] };
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
    if (response.class === 'error') return { ...DROPPED, accepted: true };
    if (check.transmissions === 1) this.measuredRoundTripMs = nowMs - check.sentMs;
    const { pair } = check;
    pair.isProven = true;
    pair.checked(nowMs);
    this.pairs.put(pair, this.selectedPair);
    return { accepted: true, ...this.choose(pair, nowMs) };
  }

  private choose(pair: CandidatePair, nowMs: number): Pick<IceResult, 'nominated' | 'send'> {
    const before = this.selectedPair;
    if (before === pair || before?.isAbandoned(nowMs) === false) return { nominated: false, send: [] };
    if (before !== undefined) before.isNominated = false;
    pair.isNominated = true;
    this.selectedPair = pair;
    this.consent.postpone(nowMs);
    return { nominated: true, send: this.checks.trigger(pair, nowMs) };
  }
}
