/** The first repetition; each further one waits twice as long. */
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 8_000;
/** Senders ignore requests that follow each other faster. */
const SHORTEST_INTERVAL_MS = 300;

/**
 * When to ask the sender for a key frame: at once when one is wanted, again with growing pauses until one comes.
 * Pure: time is passed in.
 */
export class KeyframeRequester {
  private wanted = false;
  private retryMs = FIRST_RETRY_MS;
  private nextMs = -Infinity;

  /** A key frame is needed: a recording starts, something was lost for good, a segment waits for its end. */
  want(): void {
    if (this.wanted) return;
    this.wanted = true;
    this.retryMs = FIRST_RETRY_MS;
  }

  /** A sender begins, normally with a key frame: it is asked only when none has come by then. */
  expect(nowMs: number): void {
    this.want();
    this.nextMs = Math.max(this.nextMs, nowMs + FIRST_RETRY_MS);
  }

  /** A key frame came. */
  satisfied(): void {
    this.wanted = false;
  }

  /** @returns true when a request is to be sent now; the next one is then due later */
  isDue(nowMs: number): boolean {
    if (!this.wanted || nowMs < this.nextMs) return false;
    this.nextMs = nowMs + Math.max(SHORTEST_INTERVAL_MS, this.retryMs);
    this.retryMs = Math.min(LONGEST_RETRY_MS, this.retryMs * 2);
    return true;
  }
}
