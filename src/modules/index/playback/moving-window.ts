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
  /** Of that segment: what is before it may be deleted. */
  readonly firstNumber: number;
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
      const { mediaSequence, discontinuitySequence } = place;
      return { mediaSequence: mediaSequence + left, discontinuitySequence, periods: [first, ...rest] };
    }
    return { mediaSequence: 0, discontinuitySequence: 0, periods: [] };
  }

  private placesOf(periods: readonly ManifestPeriod[]): ReadonlyMap<string, Place> {
    let place = this.placeOfFirst(periods);
    const places = new Map<string, Place>();
    for (const [index, period] of periods.entries()) {
      places.set(period.id, { ...place, firstNumber: firstNumberOf(period) });
      place = {
        mediaSequence: place.mediaSequence + period.segments.length,
        discontinuitySequence: place.discontinuitySequence + breaksBefore(periods[index + 1]),
      };
    }
    this.places = places;
    return places;
  }

  /** By the first Period that was numbered before, or by the clock. */
  private placeOfFirst(periods: readonly ManifestPeriod[]): Omit<Place, 'firstNumber'> {
    let segments = 0;
    let breaks = 0;
    for (const [index, period] of periods.entries()) {
      if (index > 0) breaks += breaksBefore(period);
      const known = this.places.get(period.id);
      if (known !== undefined) {
        return {
          mediaSequence: known.mediaSequence + firstNumberOf(period) - known.firstNumber - segments,
          discontinuitySequence: known.discontinuitySequence - breaks,
        };
      }
      segments += period.segments.length;
    }
    const elapsedMs = Math.max(0, (periods[0]?.startEpochMs ?? 0) - NUMBERS_BEGIN_EPOCH_MS);
    return {
      mediaSequence: Math.floor(elapsedMs / 1000),
      discontinuitySequence: Math.floor(elapsedMs / DISCONTINUITY_STEP_MS),
    };
  }
}

function firstNumberOf({ segments }: ManifestPeriod): number {
  return segments[0]?.number ?? 0;
}

function breaksBefore(period: ManifestPeriod | undefined): number {
  return period?.isContinuation === true ? 0 : 1;
}

function endEpochMs({ tracks, startEpochMs, mediaStartMs }: ManifestPeriod, { objects }: ManifestSegment): number {
  const ends = objects.map(({ trackId, startTicks, durationTicks }) => {
    const timescale = tracks.find(({ id }) => id === trackId)?.timescale ?? 1000;
    return ticksToMs(startTicks + durationTicks, timescale);
  });
  return startEpochMs + Math.max(...ends) - mediaStartMs;
}
