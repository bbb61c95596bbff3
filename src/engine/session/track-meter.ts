/** What happened between two readings, per second. */
export interface TrackRates {
  readonly framesPerSecond: number;
  readonly bitrateBps: number;
}

/** Turns growing counters into rates. Pure: time is passed in. */
export class TrackMeter {
  private frames = 0;
  private bytes = 0;
  private readMs: number | undefined;

  /** @returns rates since the last call; 0 at the first */
  read(frames: number, bytes: number, nowMs: number): TrackRates {
    const seconds = this.readMs === undefined ? 0 : (nowMs - this.readMs) / 1000;
    const rates = {
      framesPerSecond: seconds > 0 ? Math.round(((frames - this.frames) / seconds) * 10) / 10 : 0,
      bitrateBps: seconds > 0 ? Math.max(0, Math.round(((bytes - this.bytes) * 8) / seconds)) : 0,
    };
    this.frames = frames;
    this.bytes = bytes;
    this.readMs = nowMs;
    return rates;
  }
}
