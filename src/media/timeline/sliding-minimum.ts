/**
 * The least of the values of the last one to two window lengths.
 *
 * Two numbers instead of a queue: the minimum of the window in progress and that of the one before.
 */
export class SlidingMinimum {
  private currentMinimum = Infinity;
  private previousMinimum = Infinity;
  private windowEndMs = -Infinity;

  /** @param windowMs length of a window */
  constructor(private readonly windowMs: number) {}

  /** Infinity while empty. */
  get value(): number {
    return Math.min(this.currentMinimum, this.previousMinimum);
  }

  /** @param nowMs never less than in the call before */
  add(value: number, nowMs: number): void {
    if (nowMs >= this.windowEndMs) {
      this.previousMinimum = this.currentMinimum;
      this.currentMinimum = Infinity;
      this.windowEndMs = nowMs + this.windowMs;
    }
    if (value < this.currentMinimum) this.currentMinimum = value;
  }

  /** Forgets all values, and when windows end. */
  clear(): void {
    this.currentMinimum = Infinity;
    this.previousMinimum = Infinity;
    this.windowEndMs = -Infinity;
  }
}
