import type { ReorderRing } from './reorder-ring.js';

/** After a packet was missed: most of those that were only overtaken have come by then. */
export const FIRST_REQUEST_MS = 5;
const SHORTEST_INTERVAL_MS = 20;
/** An answer that is about to come is waited for: jitter, and the sender's own timers. */
const PATIENCE = 1.25;
/** However long the round trip is said to be: it was perhaps measured while we stood still. */
const LONGEST_INTERVAL_MS = 500;
/** From the third request on each waits so much longer than the one before: an outage must not use up all of them. */
const GROWTH = 1.5;
const MOST_PER_PACKET = 16;
const MOST_PER_CALL = 128;
/** Requests that a stream may have saved up: what a burst of loss takes at once. */
const MOST_CREDIT = 512;
/** A packet that came pays for half a request, so that what we ask for is never more than half of what flows. */
const CREDIT_PER_PACKET = 0.5;
const CREDIT_PER_MS = 0.05;
const ANSWER_WEIGHT = 1 / 8;

/**
 * Which missing packets of a stream to ask for, and when: 5 ms after they were missed, again after a round trip and a
 * quarter, then with growing pauses. What is asked for is limited by what arrives: a sender that cannot answer is not asked for more.
 */
export class RetransmissionRequests {
  private credit = MOST_CREDIT;
  private lastMs = 0;
  private lastReceived = 0;
  private answerMs = 0;

  constructor(private readonly ring: ReorderRing) {}

  /** A packet came that was asked for once, `afterMs` before: it says how long the way there and back takes now. */
  answered(afterMs: number): void {
    this.answerMs += this.answerMs === 0 ? afterMs : (afterMs - this.answerMs) * ANSWER_WEIGHT;
  }

  /** @returns how long an answer is waited for before the same is asked for again */
  intervalMs(roundTripMs: number): number {
    const answerMs = PATIENCE * Math.max(roundTripMs, this.answerMs);
    return Math.min(LONGEST_INTERVAL_MS, Math.max(SHORTEST_INTERVAL_MS, answerMs));
  }

  /**
   * Appends the sequence numbers to ask for now, oldest first, and notes that they were asked for.
   *
   * @param from extended sequence number
   * @param to exclusive; all entries between are valid
   * @param received unique packets of the stream so far
   * @param roundTripMs of the path, as far as it is known; answers that took longer count
   */
  collect(from: number, to: number, nowMs: number, received: number, roundTripMs: number, out: number[]): void {
    this.earn(nowMs, received);
    const intervalMs = this.intervalMs(roundTripMs);
    let budget = Math.min(MOST_PER_CALL, Math.floor(this.credit));
    for (let number = from; number < to && budget > 0; number++) {
      if (!this.isDue(number, nowMs)) continue;
      this.ring.requested(number, nowMs, nowMs + pauseMs(intervalMs, this.ring.requests(number)));
      out.push(number & 0xffff);
      this.credit -= 1;
      budget -= 1;
    }
  }

  private isDue(number: number, nowMs: number): boolean {
    const { ring } = this;
    return !ring.holds(number) && ring.requestMs(number) <= nowMs && ring.requests(number) < MOST_PER_PACKET;
  }

  private earn(nowMs: number, received: number): void {
    const earned = (received - this.lastReceived) * CREDIT_PER_PACKET + (nowMs - this.lastMs) * CREDIT_PER_MS;
    this.credit = Math.min(MOST_CREDIT, this.credit + earned);
    this.lastMs = nowMs;
    this.lastReceived = received;
  }
}

/** @param requests how often it was asked for before */
function pauseMs(intervalMs: number, requests: number): number {
  return Math.min(LONGEST_INTERVAL_MS, intervalMs * GROWTH ** Math.max(0, requests - 1));
}
