import { withFiller } from './filler.js';
import { isGone, placeOf } from './gone-segments.js';
import { countSegments } from './spans.js';
import { splitAt, splitByTemplate } from './template-runs.js';
import type { LeftBehind, ManifestPeriod, ManifestSegment, ManifestTimeline } from './timeline.js';

export const NOTHING_LEFT: LeftBehind = { segmentCount: 0, discontinuityCount: 0 };

/**
 * What players have seen stays where it was when something goes away: a Period that has lost its first segments keeps
 * its id, its start and its offset of media times, and the presentation the instant that it counts from. Players take
 * Periods for the same by these (ISO/IEC 23009-1 section 5.4 wants them the same in each update), and one that finds the
 * same media elsewhere asks for what it has and stands still. What went away behind something that is left keeps its place
 * too, as gone, so that HLS has an entry for each and a discontinuity where there was one: who watches a playlist tells
 * segments by their position in it. DASH, which says of each segment when it is, shows none of them.
 *
 * Nothing but what was recorded and what of it is gone decides, so that each server that is asked says the same.
 *
 * @param whole as if everything were there: what is gone says so by `goneWith` and `lostTracks`
 * @param before what went away in front of it
 */
export function keepPlaces(whole: ManifestTimeline, before = NOTHING_LEFT): ManifestTimeline {
  const all = whole.periods.flatMap(splitByTemplate);
  const periods: ManifestPeriod[] = [];
  let { segmentCount, discontinuityCount } = before;
  for (const [index, period] of all.entries()) {
    if (index > 0 && periods.length === 0 && period.isContinuation !== true) discontinuityCount += 1;
    for (const piece of piecesOf(period)) {
      if (periods.length > 0 || !isGone(piece)) periods.push(piece);
      else segmentCount += countSegments(piece.segments);
    }
  }
  return {
    ...whole,
    periods: all.some(hasGoneMedia) ? withNearFiller(periods) : periods,
    firstNumber: all[0]?.segments[0]?.number ?? 1,
    left: { segmentCount, discontinuityCount },
  };
}

function hasGoneMedia({ segments }: ManifestPeriod): boolean {
  return segments.some(({ goneWith, lostTracks }) => goneWith !== undefined || lostTracks !== undefined);
}

/** @returns what is left of a Period, and between that what is gone of it, in order; each goes on from the one before */
function piecesOf(period: ManifestPeriod): readonly ManifestPeriod[] {
  if (!hasGoneMedia(period)) return [period];
  const fillers = fillersOf(period);
  const runs: { readonly isGone: boolean; readonly segments: ManifestSegment[] }[] = [];
  for (const segment of period.segments) {
    const kept = keptOf(segment);
    const run = runs.at(-1);
    const isSegmentGone = kept.objects.every(({ trackId }) => fillers.has(trackId));
    const shown = isSegmentGone ? segment : kept;
    if (run?.isGone === isSegmentGone) run.segments.push(shown);
    else runs.push({ isGone: isSegmentGone, segments: [shown] });
  }
  const firstLeft = runs.findIndex((run) => !run.isGone);
  const pieces = runs.flatMap(({ segments, ...run }, index) => {
    if (run.isGone) return placeOf(period, segments);
    const bounds = { isFirst: index === firstLeft, isLast: index === runs.length - 1 };
    return splitByTemplate(splitAt(period, segments, bounds));
  });
  return pieces.map((piece, index) => ({
    ...piece,
    isContinuation: index > 0 || period.isContinuation === true,
  }));
}

function keptOf(segment: ManifestSegment): ManifestSegment {
  const { goneWith, lostTracks, objects } = segment;
  if (goneWith !== undefined) return { ...segment, objects: [] };
  if (lostTracks === undefined) return segment;
  return { ...segment, objects: objects.filter(({ trackId }) => !lostTracks.includes(trackId)) };
}

/** Filler that was made of what is gone is made of something else. */
function withNearFiller(periods: readonly ManifestPeriod[]): readonly ManifestPeriod[] {
  const filled = withFiller(periods.filter((period) => !isGone(period)).map(withoutFiller));
  let next = 0;
  return periods.map((period) => (isGone(period) ? period : (filled[next++] ?? period)));
}

function fillersOf({ tracks }: ManifestPeriod): ReadonlySet<string> {
  return new Set(tracks.filter(({ isFiller }) => isFiller === true).map(({ id }) => id));
}

function withoutFiller(period: ManifestPeriod): ManifestPeriod {
  const fillers = fillersOf(period);
  if (fillers.size === 0) return period;
  return {
    ...period,
    tracks: period.tracks.filter(({ isFiller }) => isFiller !== true),
    segments: period.segments.map((segment) => {
      return { ...segment, objects: segment.objects.filter(({ trackId }) => !fillers.has(trackId)) };
    }),
  };
}
