/** Two crystals drift apart by less: 0.5 ms per second between sampling and wall clock, as much again between the machines. */
const RISE_RATIO = 0.0015;

/**
 * The shortest way that packets of one sender have taken lately: arrival minus sending time, on two clocks that drift.
 *
 * A single number. It falls at once and rises with time, so that a clock that falls behind is followed, and a queue in the
 * network for a minute moves it by 90 ms at most, however long the queue is.
 */
export class LeastDelay {
  private leastMs = Infinity;
  private newestMs = -Infinity;

  /** As of the newest packet; Infinity while empty. */
  get value(): number {
    return this.leastMs;
  }

  /** @returns what a packet that came at `nowMs` is compared with */
  at(nowMs: number): number {
    if (this.leastMs === Infinity) return Infinity;
    return this.leastMs + Math.max(0, nowMs - this.newestMs) * RISE_RATIO;
  }

  /** @param delayMs any epoch, the same in all calls. @param nowMs when the packet came */
  add(delayMs: number, nowMs: number): void {
    this.leastMs = Math.min(this.at(nowMs), delayMs);
    this.newestMs = Math.max(this.newestMs, nowMs);
  }

  clear(): void {
    this.leastMs = Infinity;
    this.newestMs = -Infinity;
  }
}
