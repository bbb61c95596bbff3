import type { ManifestPeriod, ManifestSegment, ManifestTimeline } from '../../../media/manifests/timeline.js';
import { ticksToMs } from '../../../media/timeline/ticks.js';

const NUMBERS_BEGIN_EPOCH_MS = Date.UTC(2026, 0);
/**
 * hls.js has an array with a place for each discontinuity sequence number from 0 on, and copies it: a million cost it 30 ms,
 * the seconds since 1970 a minute.
 */
const DISCONTINUITY_STEP_MS = 600_000;

/** Sequence numbers of the first segment of a Period, and of the Period itself. */
interface Place {
  readonly mediaSequence: number;
  readonly discontinuitySequence: number;
}

/** What is left of a timeline in a window that moves, and how much has left it. */
export interface Windowed {
  readonly periods: readonly ManifestPeriod[];
  readonly mediaSequence: number;
  readonly discontinuitySequence: number;
}

/**
 * Numbers what enters and leaves a window: players tell by these numbers what they have seen. They only grow. The first
 * window of a stream begins with the seconds and the ten minutes of its wall clock: no segment is shorter, so that after a
 * restart of the server they go on growing.
 */
export class MovingWindow {
  private places = new Map<string, Place>();
  private last: { readonly source: readonly ManifestPeriod[]; readonly window: Windowed } | undefined;

  /**
   * @param timeline all of it from somewhere before the window on
   * @param fromEpochMs where the window begins
   * @returns the same as before while nothing entered or left
   */
  cut(timeline: ManifestTimeline, fromEpochMs: number): Windowed {
    const window = this.windowOf(timeline, fromEpochMs);
    const source = timeline.periods;
    if (this.last?.source !== source || this.last.window.mediaSequence !== window.mediaSequence) {
      this.last = { source, window };
    }
    return this.last.window;
  }

  private windowOf({ periods }: ManifestTimeline, fromEpochMs: number): Windowed {
    const places = this.placesOf(periods);
    for (const period of periods) {
      const place = places.get(period.id);
      const left = period.segments.findIndex((segment) => endEpochMs(period, segment) > fromEpochMs);
      if (left === -1 || place === undefined) continue;
      const rest = periods.slice(periods.indexOf(period) + 1);
      const first = { ...period, segments: period.segments.slice(left) };
      return { ...place, mediaSequence: place.mediaSequence + left, periods: [first, ...rest] };
    }
    return { mediaSequence: 0, discontinuitySequence: 0, periods: [] };
  }

  private placesOf(periods: readonly ManifestPeriod[]): ReadonlyMap<string, Place> {
    let place = this.placeOfFirst(periods);
    const places = new Map<string, Place>();
    for (const { id, segments } of periods) {
      places.set(id, place);
      place = {
        mediaSequence: place.mediaSequence + segments.length,
        discontinuitySequence: place.discontinuitySequence + 1,
      };
    }
    this.places = places;
    return places;
  }

  /** By the first Period that was numbered before, or by the clock. */
  private placeOfFirst(periods: readonly ManifestPeriod[]): Place {
    let segmentsBefore = 0;
    for (const [index, { id, segments }] of periods.entries()) {
      const known = this.places.get(id);
      if (known !== undefined) {
        const { mediaSequence, discontinuitySequence } = known;
        return {
          mediaSequence: mediaSequence - segmentsBefore,
          discontinuitySequence: discontinuitySequence - index,
        };
      }
      segmentsBefore += segments.length;
    }
    const elapsedMs = Math.max(0, (periods[0]?.startEpochMs ?? 0) - NUMBERS_BEGIN_EPOCH_MS);
    return {
      mediaSequence: Math.floor(elapsedMs / 1000),
      discontinuitySequence: Math.floor(elapsedMs / DISCONTINUITY_STEP_MS),
    };
  }
}

function endEpochMs({ tracks, startEpochMs, mediaStartMs }: ManifestPeriod, { objects }: ManifestSegment): number {
  const ends = objects.map(({ trackId, startTicks, durationTicks }) => {
    const timescale = tracks.find(({ id }) => id === trackId)?.timescale ?? 1000;
    return ticksToMs(startTicks + durationTicks, timescale);
  });
  return startEpochMs + Math.max(...ends) - mediaStartMs;
}
