/**
 * How long a recording waits for a publisher that was lost. While a new publisher is about to connect the end of the
 * window is held back: it came in time.
 */
export class ReconnectWindow {
  private timer: NodeJS.Timeout | undefined;
  private isHeld = false;
  private isOver = false;

  constructor(private readonly over: () => void) {}

  /** Starts the waiting, unless it goes on already. */
  open(lengthMs: number): void {
    if (this.timer !== undefined) return;
    this.timer = setTimeout(() => {
      this.elapsed();
    }, lengthMs);
  }

  /** A publisher has come and is not connected yet. */
  hold(): void {
    this.isHeld = true;
  }

  /** That publisher went without having connected. */
  release(): void {
    this.isHeld = false;
    if (this.isOver) this.over();
  }

  /** The publisher is back, or nobody is waited for any more. */
  close(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.isHeld = false;
    this.isOver = false;
  }

  private elapsed(): void {
    this.isOver = true;
    if (!this.isHeld) this.over();
  }
}
