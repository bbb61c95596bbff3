const FIRST_MS = 500;
const LONGEST_MS = 30_000;
/** A connection that lasted so long was one: the next attempt comes soon. */
const LASTING_MS = 10_000;

/** When to try again: soon at first, then less and less often, and never all at the same moment. */
export class RetryPace {
  private failures = 0;
  private connectedMs: number | undefined;

  /** @param random from 0 to below 1 */
  constructor(private readonly random: () => number) {}

  connected(nowMs: number): void {
    this.connectedMs ??= nowMs;
  }

  /** @param leastMs what the other side asked for @returns from the end of an attempt, or of a connection, to the next attempt */
  next(nowMs: number, leastMs = 0): number {
    if (this.connectedMs !== undefined && nowMs - this.connectedMs >= LASTING_MS) this.failures = 0;
    this.connectedMs = undefined;
    const delayMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.failures);
    this.failures = Math.min(this.failures + 1, 16);
    return Math.max(leastMs, delayMs) * (0.5 + this.random() / 2) + leastMs / 2;
  }
}
