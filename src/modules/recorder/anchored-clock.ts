import type { Clock } from '../../shared/clock.js';

/** The wall clock as it was when session time 0 was tied to it: how far it has been set since. */
export class AnchoredClock {
  private aheadMs: number | undefined;

  constructor(private readonly clock: Clock) {}

  /** By how much the wall clock was set since `anchor`; 0 where that was never called, as after a restart. */
  get steppedMs(): number {
    return this.aheadMs === undefined ? 0 : Math.round(this.nowAheadMs - this.aheadMs);
  }

  /** @returns the wall clock as it would be had nobody set it since `anchor`: what session times are told by */
  epochMs(): number {
    return this.clock.epochMs() - this.steppedMs;
  }

  /** Session time 0 is tied to the wall clock of now. */
  anchor(): void {
    this.aheadMs = this.nowAheadMs;
  }

  /** Wall clock minus monotonic clock: changes only when the wall clock is set. */
  private get nowAheadMs(): number {
    return this.clock.epochMs() - this.clock.monotonicMs();
  }
}
