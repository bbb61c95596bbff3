import type { IceGeneration } from './ice-generation.js';
import { isSameTransportAddress, type TransportAddress } from './transport-address.js';

/** How long the peer may leave our questions unanswered before another pair may take this one's place. */
const ABANDONED_MS = 1500;

/** A socket of ours and an address that an authentic check came from (RFC 8445 section 6.1.2). */
export class CandidatePair {
  /** Our own check with these credentials was answered: what we send arrives. */
  isProven = false;
  /** Our checks say that this is the one; only where we control. */
  isNominated = false;
  /** Last authentic request or answer, monotonic milliseconds. */
  lastCheckedMs: number;
  private unansweredSinceMs: number | undefined;

  /** @param generation the newest credentials that the peer used here */
  constructor(
    readonly remote: TransportAddress,
    readonly socketId: number,
    public generation: IceGeneration,
    nowMs: number,
  ) {
    this.lastCheckedMs = nowMs;
  }

  /** After an ICE restart everything is to be proved again. */
  enter(generation: IceGeneration): void {
    if (this.generation === generation) return;
    this.generation = generation;
    this.isProven = false;
  }

  checked(nowMs: number): void {
    this.lastCheckedMs = nowMs;
    this.unansweredSinceMs = undefined;
  }

  /** We asked for a sign of life. */
  questioned(nowMs: number): void {
    this.unansweredSinceMs ??= nowMs;
  }

  isAbandoned(nowMs: number): boolean {
    return this.unansweredSinceMs !== undefined && nowMs - this.unansweredSinceMs >= ABANDONED_MS;
  }

  isBetween(remote: TransportAddress, socketId: number): boolean {
    return this.socketId === socketId && isSameTransportAddress(this.remote, remote);
  }
}

/** Addresses one client may be heard from at a time; a browser with several interfaces and relays uses about ten. */
const MAX_PAIRS = 32;

/** The pairs of a session, the one that was checked last at the end. */
export class CandidatePairs {
  private readonly pairs: CandidatePair[] = [];

  find(remote: TransportAddress, socketId: number): CandidatePair | undefined {
    return this.pairs.find((pair) => pair.isBetween(remote, socketId));
  }

  /** @returns true when another pair works and was checked after `pair` */
  hasFresherThan(pair: CandidatePair): boolean {
    return this.pairs.some((other) => other.isProven && other.lastCheckedMs > pair.lastCheckedMs);
  }

  /**
   * An authentic check came. Where there are too many pairs the one that was silent for longest is forgotten.
   *
   * @param kept never forgotten
   */
  checked(
    remote: TransportAddress,
    socketId: number,
    generation: IceGeneration,
    nowMs: number,
    kept: CandidatePair | undefined,
  ): CandidatePair {
    const pair = this.find(remote, socketId) ?? new CandidatePair(remote, socketId, generation, nowMs);
    this.put(pair, kept);
    pair.checked(nowMs);
    return pair;
  }

  /** It is the one that was checked last. @param kept never forgotten */
  put(pair: CandidatePair, kept: CandidatePair | undefined): void {
    if (this.pairs.includes(pair)) this.forget(pair);
    else if (this.pairs.length === MAX_PAIRS) this.forget(this.pairs.find((one) => one !== kept));
    this.pairs.push(pair);
  }

  private forget(pair: CandidatePair | undefined): void {
    if (pair !== undefined) this.pairs.splice(this.pairs.indexOf(pair), 1);
  }
}
