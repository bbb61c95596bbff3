/** A sender that gives no key frame for so long has another way to mend its picture (intra refresh), or none. */
const LONGEST_BREAK_MS = 10_000;

/** Something of a track was lost, and what follows from it until something comes that can be used without it. */
export class TrackLoss {
  private isDamaged = false;
  /** Monotonic clock at the first unit that was of no use. */
  private sinceMs = Infinity;
  private newestMs = -Infinity;

  /** Nothing that can be used has come since something was lost. */
  get isOpen(): boolean {
    return this.isDamaged;
  }

  /** Recording time of the newest unit that was of no use, -Infinity for none. */
  get refusedMs(): number {
    return this.newestMs;
  }

  /** What comes next comes after a loss. */
  noted(): void {
    this.isDamaged = true;
  }

  /** What needs what was lost cannot be decoded; some time after it is taken all the same. */
  forbids(nowMs: number): boolean {
    return this.isDamaged && nowMs - this.sinceMs < LONGEST_BREAK_MS;
  }

  /**
   * The unit that came at `nowMs` is of no use.
   * @param ms recording time, as far as it is known: what is missing reaches to there at least
   */
  refused(nowMs: number, ms: number): void {
    this.sinceMs = Math.min(this.sinceMs, nowMs);
    this.newestMs = Math.max(this.newestMs, ms);
  }

  /** Something came that can be used. */
  mended(): void {
    this.isDamaged = false;
    this.sinceMs = Infinity;
    this.newestMs = -Infinity;
  }
}
