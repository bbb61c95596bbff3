import { SlidingMinimum } from './sliding-minimum.js';

/** Long enough to outlast a burst of queueing, short enough to follow the drift of two crystals (0.1 ms per second). */
export const DELAY_WINDOW_MS = 60_000;
/** Sender and server clocks never move apart so fast: one of them was set. */
const CLOCK_STEP_MS = 1_000;

/** What the shared clock asks of a track. */
export interface ClockedTrack {
  readonly hasMedia: boolean;
  readonly hasReport: boolean;
}

/**
 * What the tracks of one publisher have in common: the sender's wall clock, as its sender reports tell it (RFC 3550
 * section 6.4.1), laid onto the server's monotonic clock by the fastest report of the last minute.
 *
 * Reports count only when every track that has media has one: two tracks are never placed by different rulers.
 */
export class RecordingClock {
  private readonly tracks: ClockedTrack[] = [];
  private readonly offset = new SlidingMinimum(DELAY_WINDOW_MS);
  private stepCount = 0;
  private wasComplete = false;

  register(track: ClockedTrack): void {
    this.tracks.push(track);
  }

  /** Every track that has media has told its place on the sender's wall clock. */
  get isReported(): boolean {
    let reported = 0;
    for (const track of this.tracks) {
      if (track.hasReport) reported += 1;
      else if (track.hasMedia) return false;
    }
    return reported > 0;
  }

  /** Reports were complete once: arrival times are not gone back to. */
  get hasBeenReported(): boolean {
    return this.wasComplete;
  }

  /** Server clock minus sender clock and the shortest way, milliseconds. */
  get senderOffsetMs(): number {
    return this.offset.value;
  }

  /** Changes when the sender's clock was set: reports from before mean nothing any more. */
  get epoch(): number {
    return this.stepCount;
  }

  /** A sender report that its track found sane. */
  report(ntpMs: number, arrivalMs: number): void {
    const sample = arrivalMs - ntpMs;
    if (this.offset.value !== Infinity && Math.abs(sample - this.offset.value) > CLOCK_STEP_MS) {
      this.stepCount += 1;
      this.offset.clear();
    }
    this.offset.add(sample, arrivalMs);
  }

  /** To be called when a track has taken its report in. */
  reportTaken(): void {
    if (this.isReported) this.wasComplete = true;
  }
}
