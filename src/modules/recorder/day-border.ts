import type { Clock } from '../../shared/clock.js';

/** The next directory is prepared so long before the border. */
const LEAD_MS = 30_000;
/** A sleeping timer does not notice that the wall clock was set: it looks again at least this often. */
const LONGEST_SLEEP_MS = 10_000;
const RETRY_MS = 5_000;

/** Calls `prepare` once, shortly before the wall clock passes a border; again when that fails. */
export class DayBorder {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly prepare: (borderEpochMs: number) => Promise<void>,
    private readonly failed: (error: unknown) => void,
  ) {}

  watch(borderEpochMs: number): void {
    const waitMs = borderEpochMs - LEAD_MS - this.clock.epochMs();
    this.wake(Math.min(Math.max(waitMs, 0), LONGEST_SLEEP_MS), borderEpochMs);
  }

  close(): void {
    clearTimeout(this.timer);
  }

  private wake(afterMs: number, borderEpochMs: number): void {
    this.close();
    this.timer = setTimeout(() => {
      void this.awake(borderEpochMs);
    }, afterMs);
    this.timer.unref();
  }

  private async awake(borderEpochMs: number): Promise<void> {
    if (this.clock.epochMs() < borderEpochMs - LEAD_MS) {
      this.watch(borderEpochMs);
      return;
    }
    const timer = this.timer;
    try {
      await this.prepare(borderEpochMs);
    } catch (error) {
      this.failed(error);
      if (this.timer === timer) this.wake(RETRY_MS, borderEpochMs);
    }
  }
}
