import { isGone, withGone } from './gone-segments.js';
import { splitByTemplate } from './template-runs.js';
import type { LeftBehind, ManifestPeriod, ManifestSegment, ManifestTimeline, SegmentOrigin } from './timeline.js';

export const NOTHING_LEFT: LeftBehind = { segmentCount: 0, discontinuityCount: 0 };

/**
 * What players have seen stays where it was when the beginning goes away: a Period that has lost its first segments keeps
 * its id, its start and its offset of media times, and the presentation the instant that it counts from. Players take
 * Periods for the same by these (ISO/IEC 23009-1 section 5.4 wants them the same in each update), and one that finds the same media elsewhere
 * asks for what it has and stands still. What went away behind something that is left keeps its place too, as gone: who
 * watches a playlist tells segments by their position in it.
 *
 * @param before what was shown last; undefined the first time
 */
export function keepPlaces(timeline: ManifestTimeline, before: ManifestTimeline | undefined): ManifestTimeline {
  const periods = timeline.periods.flatMap(splitByTemplate);
  if (before === undefined || before.periods.length === 0) {
    return { ...timeline, periods, firstNumber: periods[0]?.segments[0]?.number ?? 1 };
  }
  let shiftMs = timeline.availabilityStartEpochMs - before.availabilityStartEpochMs;
  const seen = new Set<ManifestPeriod>();
  const kept = periods.map((period) => {
    const shown = before.periods.find((one) => !seen.has(one) && reaches(one, period));
    if (shown === undefined) {
      if (isBehind(before, period)) shiftMs = Math.max(shiftMs, endOf(before) - period.startMs);
      return { ...period, startMs: period.startMs + shiftMs };
    }
    seen.add(shown);
    shiftMs = offsetOf(shown) - offsetOf(period);
    return placedAs(shown, period, shiftMs);
  });
  return {
    ...timeline,
    periods: withGone(kept, before.periods),
    availabilityStartEpochMs: timeline.availabilityStartEpochMs - shiftMs,
    left: leftBehind(before, kept[0]),
    ...(before.firstNumber === undefined ? {} : { firstNumber: before.firstNumber }),
  };
}

/** @returns whether a Period has the first segment of another */
function reaches({ segments }: ManifestPeriod, other: ManifestPeriod): boolean {
  const [first, last, wanted] = [segments[0]?.origin, segments.at(-1)?.origin, originOf(other)];
  if (first === undefined || last === undefined || wanted === undefined) return false;
  return first.sessionId === wanted.sessionId && first.startMs <= wanted.startMs && wanted.startMs <= last.startMs;
}

/** @returns whether a Period is of a session that was not shown yet, and follows what is gone */
function isBehind({ periods }: ManifestTimeline, period: ManifestPeriod): boolean {
  const { sessionId } = originOf(period) ?? {};
  const last = periods.at(-1);
  return last !== undefined && isGone(last) && periods.every((shown) => originOf(shown)?.sessionId !== sessionId);
}

function endOf({ periods }: ManifestTimeline): number {
  return Math.max(...periods.map(({ startMs, durationMs }) => startMs + durationMs));
}

function placedAs(shown: ManifestPeriod, period: ManifestPeriod, shiftMs: number): ManifestPeriod {
  const { id, startMs, mediaStartMs, startEpochMs, isContinuation = false } = shown;
  const durationMs = period.startMs + period.durationMs + shiftMs - startMs;
  const segments = withFirstAs(shown, period);
  return { ...period, id, startMs, mediaStartMs, startEpochMs, isContinuation, durationMs, segments };
}

/** The silence before the first sound depends on what was before it: what players know is not changed when that goes away. */
function withFirstAs(shown: ManifestPeriod, { tracks, segments }: ManifestPeriod): readonly ManifestSegment[] {
  const [first, ...others] = segments;
  const known = shown.segments.find((segment) => isSame(segment, first?.origin));
  if (first === undefined || known === undefined || tracks.some(({ isFiller }) => isFiller === true)) return segments;
  const hasAll = first.objects.every(({ trackId }) => known.objects.some((object) => object.trackId === trackId));
  return hasAll && known.objects.length === first.objects.length ? [known, ...others] : segments;
}

function leftBehind({ periods, left = NOTHING_LEFT }: ManifestTimeline, first: ManifestPeriod | undefined): LeftBehind {
  if (first !== undefined && isEarlier(first, periods[0])) return left;
  let { segmentCount, discontinuityCount } = left;
  for (const [index, period] of periods.entries()) {
    if (index > 0 && period.isContinuation !== true) discontinuityCount += 1;
    if (first !== undefined && reaches(period, first)) {
      const beforeFirst = period.segments.findIndex((segment) => isSame(segment, originOf(first)));
      return { segmentCount: segmentCount + Math.max(beforeFirst, 0), discontinuityCount };
    }
    segmentCount += period.segments.length;
  }
  return { segmentCount, discontinuityCount: discontinuityCount + 1 };
}

/** @returns whether what was away at the beginning has come back */
function isEarlier(first: ManifestPeriod, shown: ManifestPeriod | undefined): boolean {
  const [origin, known] = [originOf(first), shown && originOf(shown)];
  return origin?.sessionId === known?.sessionId && Number(origin?.startMs) < Number(known?.startMs);
}

function isSame({ origin }: ManifestSegment, other: SegmentOrigin | undefined): boolean {
  return origin?.sessionId === other?.sessionId && origin?.startMs === other?.startMs;
}

function originOf({ segments }: ManifestPeriod): SegmentOrigin | undefined {
  return segments[0]?.origin;
}

/** Manifest time minus session time. */
function offsetOf({ startMs, mediaStartMs }: ManifestPeriod): number {
  return startMs - mediaStartMs;
}
