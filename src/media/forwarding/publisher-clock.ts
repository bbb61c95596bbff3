/** A clock that is off by more was set, or belongs to somebody else. */
const STEP_MS = 2_000;

/**
 * Lays the clock that a publisher's sender reports tell onto the server's monotonic one: by the same distance for all its
 * tracks, so that sound and picture stay as they lie to each other. The clocks of two publishers never mix.
 */
export class PublisherClock {
  private distanceMs: number | undefined;

  /** A sender report of any track came. @param ntpMs of the publisher */
  heard(ntpMs: number, arrivalMs: number): void {
    const distanceMs = arrivalMs - ntpMs;
    if (this.distanceMs !== undefined && Math.abs(distanceMs - this.distanceMs) <= STEP_MS) return;
    this.distanceMs = distanceMs;
  }

  /** @returns local monotonic time. Only after `heard` */
  localMs(ntpMs: number): number {
    return ntpMs + (this.distanceMs ?? 0);
  }
}
