import { SenderClock } from './sender-clock.js';
import type { SenderTimes } from './sender-times.js';

/** A sender report tells when it was sent, on all tracks: more than this is no network's doing. */
const REPORT_STEP_MS = 500;
/** A capture time lies before the packet by what encoding takes, and that differs from track to track. */
const CAPTURE_STEP_MS = 5_000;
/** Capture times and sender reports may put two tracks so differently. */
const AGREEMENT_MS = 500;

/** What says how the tracks lie to each other, best first. */
export type TimeSource = 'captures' | 'reports';

/** What the shared clock asks of a track. */
export interface ClockedTrack {
  readonly hasMedia: boolean;
  readonly captures: SenderTimes;
  readonly reports: SenderTimes;
  isInTime(nowMs: number): boolean;
}

/**
 * What the tracks of one publisher have in common: the clocks of the sender that they are told to lie on, by
 * abs-capture-time header extensions and by sender reports (RFC 3550 section 6.4.1).
 *
 * A source counts only while every track that has media has been told its place by it lately: two tracks are never placed
 * by different rulers.
 */
export class RecordingClock {
  readonly captures = new SenderClock(CAPTURE_STEP_MS);
  readonly reports = new SenderClock(REPORT_STEP_MS);
  private readonly tracks: ClockedTrack[] = [];

  register(track: ClockedTrack): void {
    this.tracks.push(track);
  }

  /** Another clock has taken the place of `track`, or it is not of use yet. */
  forget(track: ClockedTrack): void {
    const index = this.tracks.indexOf(track);
    if (index >= 0) this.tracks.splice(index, 1);
  }

  /** All tracks, those without media too, have been told their place by one source. */
  get isTold(): boolean {
    return this.tracks.every(({ captures }) => captures.isTold) || this.tracks.every(({ reports }) => reports.isTold);
  }

  /** @returns what to go by, undefined for arrival times */
  source(nowMs: number): TimeSource | undefined {
    const isReported = this.isComplete('reports', nowMs);
    if (this.isComplete('captures', nowMs) && !(isReported && this.disagree())) return 'captures';
    return isReported ? 'reports' : undefined;
  }

  /** The network does not hold everything back. */
  isAnyInTime(nowMs: number): boolean {
    return this.tracks.some((track) => track.isInTime(nowMs));
  }

  private isComplete(source: TimeSource, nowMs: number): boolean {
    let fresh = 0;
    for (const track of this.tracks) {
      if (track[source].isFresh(nowMs)) fresh += 1;
      else if (track.hasMedia) return false;
    }
    return fresh > 0;
  }

  /** The two sources put two tracks differently: the capture clock may be another one, but it is the same for all. */
  private disagree(): boolean {
    let least = Infinity;
    let greatest = -Infinity;
    for (const { captures, reports, hasMedia } of this.tracks) {
      if (!hasMedia) continue;
      const difference = captures.senderMs - reports.senderMs;
      least = Math.min(least, difference);
      greatest = Math.max(greatest, difference);
    }
    return greatest - least > AGREEMENT_MS;
  }
}
