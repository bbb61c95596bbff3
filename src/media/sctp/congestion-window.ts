/** Most bytes of a DATA chunk. */
export const FRAGMENT_BYTES = 1132;

const INITIAL_BYTES = 4 * FRAGMENT_BYTES;
const LEAST_THRESHOLD_BYTES = 4 * FRAGMENT_BYTES;

/** How much may be on its way, RFC 9260 section 7.2. */
export class CongestionWindow {
  private window = INITIAL_BYTES;
  private threshold = Infinity;
  private partlyAcknowledged = 0;

  get bytes(): number {
    return this.window;
  }

  /** @param wasFull nothing grows that was not used */
  acknowledged(bytes: number, wasFull: boolean): void {
    if (!wasFull || bytes === 0) return;
    if (this.window <= this.threshold) {
      this.window += Math.min(bytes, 2 * FRAGMENT_BYTES);
      return;
    }
    this.partlyAcknowledged += bytes;
    if (this.partlyAcknowledged < this.window) return;
    this.partlyAcknowledged -= this.window;
    this.window += FRAGMENT_BYTES;
  }

  /** Some was lost while other came. */
  lost(): void {
    this.threshold = Math.max(this.window / 2, LEAST_THRESHOLD_BYTES);
    this.window = this.threshold;
    this.partlyAcknowledged = 0;
  }

  /** Nothing came at all. */
  timedOut(): void {
    this.lost();
    this.window = FRAGMENT_BYTES;
  }
}
