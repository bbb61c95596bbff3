const SPAN_MS = 250;
/** Of spans: the shortest way of late, and the shortest way ever of late. */
const RECENT_SPANS = 2;
const LONG_SPANS = 80;

/**
 * How long packets wait on their way because more is sent than the way carries: what even the fastest packet of the last
 * half second needed more than the fastest one of the last twenty (the standing queue of RFC 8289). Bursts and jitter do
 * not count, for some packets then still come at once; and the receiver's clock may show any time.
 */
export class StandingQueue {
  /** Least delay in each span, the oldest first. */
  private readonly spans: number[] = [];
  private spanEndMs = -Infinity;

  /** A packet arrived. @param delayMs by the receiver's clock minus ours, of any zero */
  add(delayMs: number, nowMs: number): void {
    const last = this.spans.length - 1;
    if (nowMs < this.spanEndMs) {
      this.spans[last] = Math.min(this.spans[last] ?? Infinity, delayMs);
      return;
    }
    this.spanEndMs = nowMs + SPAN_MS;
    this.spans.push(delayMs);
    if (this.spans.length > LONG_SPANS) this.spans.shift();
  }

  /** What was learnt of the way means nothing any more. */
  clear(): void {
    this.spans.length = 0;
    this.spanEndMs = -Infinity;
  }

  get delayMs(): number {
    if (this.spans.length < RECENT_SPANS) return 0;
    return Math.min(...this.spans.slice(-RECENT_SPANS)) - Math.min(...this.spans);
  }
}
