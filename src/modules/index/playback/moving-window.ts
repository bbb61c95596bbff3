import { NOTHING_LEFT } from '../../../media/manifests/keep-places.js';
import type { PlacedTimeline } from '../../../media/manifests/places.js';
import { countSegments } from '../../../media/manifests/spans.js';
import { splitByTemplate } from '../../../media/manifests/template-runs.js';
import type { ManifestPeriod, ManifestSegment } from '../../../media/manifests/timeline.js';
import { ticksToMs } from '../../../media/timeline/ticks.js';

const NUMBERS_BEGIN_EPOCH_MS = Date.UTC(2026, 0);
/**
 * hls.js has an array with a place for each discontinuity sequence number from 0 on, and copies it: a million cost it 30 ms,
 * the seconds since 1970 a minute.
 */
const DISCONTINUITY_STEP_MS = 600_000;

export interface Sequences {
  readonly mediaSequence: number;
  readonly discontinuitySequence: number;
}

/** Which segment it is. */
export interface SegmentMark {
  readonly sessionId: string;
  /** Session time. */
  readonly startMs: number;
}

/** A segment with its numbers. */
export type NumberedSegment = SegmentMark & Sequences;

/** The first segment of the last Period: every window that ends now has it, or had it. */
export interface NewestPeriod extends NumberedSegment {
  readonly startEpochMs: number;
}

/** What is left of a timeline in a window that moves, and how much has left it. */
export interface Windowed extends Sequences {
  readonly periods: readonly ManifestPeriod[];
}

/**
 * Numbers what enters and leaves a window: players tell by these numbers what they have seen. A segment keeps its number
 * as long as some segment is known by its own.
 */
export class MovingWindow {
  private readonly all: readonly ManifestPeriod[];
  /** Of the first segment, gone or not. */
  private readonly first: Sequences;
  private last: Windowed | undefined;

  /**
   * @param placed all of it from somewhere before the window on
   * @param known the segment that numbers are counted from; without one they begin with the seconds and the ten minutes of
   *   the wall clock: no segment is shorter, so that they go on growing
   */
  constructor(
    private readonly placed: Pick<PlacedTimeline, 'whole' | 'timeline'>,
    known: NumberedSegment | undefined,
  ) {
    this.all = placed.whole.periods.flatMap(splitByTemplate);
    this.first = this.countedFrom(known) ?? byClock(this.all, known);
  }

  /** @returns undefined of a window without Periods */
  newest(): NewestPeriod | undefined {
    const last = this.all.at(-1);
    const { sessionId, startMs } = last?.segments[0] ?? {};
    if (last === undefined || sessionId === undefined || startMs === undefined) return undefined;
    const { segments, breaks } = this.distanceTo({ sessionId, startMs }) ?? { segments: 0, breaks: 0 };
    return {
      sessionId,
      startMs,
      startEpochMs: last.startEpochMs + startMs - last.mediaStartMs,
      mediaSequence: this.first.mediaSequence + segments,
      discontinuitySequence: this.first.discontinuitySequence + breaks,
    };
  }

  /**
   * @param fromEpochMs where the window begins
   * @returns the same as before while nothing left
   */
  cut(fromEpochMs: number): Windowed {
    const window = this.windowOf(fromEpochMs);
    if (this.last?.mediaSequence !== window.mediaSequence) this.last = window;
    return this.last;
  }

  private windowOf(fromEpochMs: number): Windowed {
    const { periods, left = NOTHING_LEFT } = this.placed.timeline;
    let mediaSequence = this.first.mediaSequence + left.segmentCount;
    let discontinuitySequence = this.first.discontinuitySequence + left.discontinuityCount;
    for (const [index, period] of periods.entries()) {
      if (index > 0) discontinuitySequence += breaksBefore(period);
      const count = period.segments.findIndex((segment) => endEpochMs(period, segment) > fromEpochMs);
      if (count !== -1) {
        const rest = periods.slice(index + 1);
        const first = { ...period, segments: period.segments.slice(count) };
        mediaSequence += countSegments(period.segments.slice(0, count));
        return { mediaSequence, discontinuitySequence, periods: [first, ...rest] };
      }
      mediaSequence += countSegments(period.segments);
    }
    return { mediaSequence: 0, discontinuitySequence: 0, periods: [] };
  }

  private countedFrom(known: NumberedSegment | undefined): Sequences | undefined {
    const distance = known && this.distanceTo(known);
    if (known === undefined || distance === undefined) return undefined;
    return {
      mediaSequence: known.mediaSequence - distance.segments,
      discontinuitySequence: known.discontinuitySequence - distance.breaks,
    };
  }

  private distanceTo({ sessionId, startMs }: SegmentMark): { segments: number; breaks: number } | undefined {
    let segments = 0;
    let breaks = 0;
    for (const [index, period] of this.all.entries()) {
      if (index > 0) breaks += breaksBefore(period);
      const before = period.segments.findIndex(
        (segment) => segment.sessionId === sessionId && segment.startMs === startMs,
      );
      if (before !== -1) return { segments: segments + countSegments(period.segments.slice(0, before)), breaks };
      segments += countSegments(period.segments);
    }
    return undefined;
  }
}

function byClock([first]: readonly ManifestPeriod[], known: Sequences | undefined): Sequences {
  const elapsedMs = Math.max(0, (first?.startEpochMs ?? 0) - NUMBERS_BEGIN_EPOCH_MS);
  return {
    mediaSequence: Math.max(Math.floor(elapsedMs / 1000), (known?.mediaSequence ?? -1) + 1),
    discontinuitySequence: Math.max(
      Math.floor(elapsedMs / DISCONTINUITY_STEP_MS),
      (known?.discontinuitySequence ?? -1) + 1,
    ),
  };
}

function breaksBefore(period: ManifestPeriod): number {
  return period.isContinuation === true ? 0 : 1;
}

function endEpochMs({ tracks, startEpochMs, mediaStartMs }: ManifestPeriod, { objects }: ManifestSegment): number {
  const ends = objects.map(({ trackId, startTicks, durationTicks }) => {
    const timescale = tracks.find(({ id }) => id === trackId)?.timescale ?? 1000;
    return ticksToMs(startTicks + durationTicks, timescale);
  });
  return startEpochMs + Math.max(...ends) - mediaStartMs;
}
