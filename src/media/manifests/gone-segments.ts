import type { MediaKind } from '../codecs/codec.js';
import { ticksToMs } from '../timeline/ticks.js';
import type { GoneMedia, ManifestPeriod, ManifestSegment } from './timeline.js';

/** @returns whether nothing of a Period is left but its place */
export function isGone({ segments }: ManifestPeriod): boolean {
  return segments.every(({ gone }) => gone !== undefined);
}

export function hasGone(periods: readonly ManifestPeriod[]): boolean {
  return periods.some(({ segments }) => segments.some(({ gone }) => gone !== undefined));
}

/** Behind the last media of what is over nothing has to keep its place. */
export function withoutGoneEnd(periods: readonly ManifestPeriod[]): readonly ManifestPeriod[] {
  return periods.slice(0, periods.findLastIndex((period) => !isGone(period)) + 1);
}

/**
 * Puts Periods of gone segments where there were segments before, so that HLS has an entry for each and a discontinuity where
 * there was one. DASH, which says of each segment when it is, shows none of them. What went away before everything that is left
 * is left out.
 *
 * @param kept what there is now, in the places that it had
 * @param before what was shown last
 */
export function withGone(kept: readonly ManifestPeriod[], before: readonly ManifestPeriod[]): ManifestPeriod[] {
  const periods: ManifestPeriod[] = [];
  let next = 0;
  for (const shown of before) {
    let isBegun = false;
    for (const piece of piecesOf(shown, kept)) {
      const isContinuation = isBegun || piece.isContinuation === true;
      const index = kept.indexOf(piece);
      if (index === -1) {
        if (periods.length === 0) continue;
        periods.push({ ...piece, isContinuation });
      } else if (index >= next) {
        periods.push(...kept.slice(next, index), { ...piece, isContinuation });
        next = index + 1;
      }
      isBegun = true;
    }
  }
  return [...periods, ...kept.slice(next)];
}

/** @returns the Periods that have segments of one that was shown, and between them what is gone of it, in order */
function piecesOf(shown: ManifestPeriod, kept: readonly ManifestPeriod[]): ManifestPeriod[] {
  const near = kept.filter((period) => isNear(shown, period));
  const [only] = near;
  if (only === undefined) return isGone(shown) ? [shown] : [goneOf(shown, shown.segments)];
  if (near.length === 1 && isWhole(shown, only)) return [only];
  const places = new Map(near.flatMap((period) => period.segments.map((segment) => [startOf(segment), period])));
  const pieces: ManifestPeriod[] = [];
  let gone: ManifestSegment[] = [];
  const endGone = (): void => {
    if (gone.length > 0) pieces.push(goneOf(shown, gone));
    gone = [];
  };
  for (const segment of shown.segments) {
    const place = places.get(startOf(segment));
    if (place === undefined) gone.push(segment);
    else {
      endGone();
      if (pieces.at(-1) !== place) pieces.push(place);
    }
  }
  endGone();
  return pieces;
}

/** @returns whether two Periods are of one session and of overlapping times of it */
function isNear({ segments }: ManifestPeriod, other: ManifestPeriod): boolean {
  const [first, last] = [segments[0], segments.at(-1)];
  const [otherFirst, otherLast] = [other.segments[0], other.segments.at(-1)];
  if (first === undefined || last === undefined || otherFirst === undefined || otherLast === undefined) return false;
  if (first.origin?.sessionId !== otherFirst.origin?.sessionId) return false;
  return startOf(first) <= startOf(otherLast) && startOf(otherFirst) <= startOf(last);
}

/** @returns whether a Period has every segment of what was shown of it, from the first on */
function isWhole({ segments }: ManifestPeriod, period: ManifestPeriod): boolean {
  const last = segments.at(-1);
  const same = period.segments[segments.length - 1];
  return last !== undefined && same !== undefined && startOf(last) === startOf(same) && !isGone(period);
}

function goneOf(shown: ManifestPeriod, segments: readonly ManifestSegment[]): ManifestPeriod {
  const [first] = segments;
  const afterMs = startOf(first) - shown.mediaStartMs;
  return {
    ...shown,
    id: `${shown.id}-gone-${String(first?.number)}`,
    startEpochMs: shown.startEpochMs + afterMs,
    tracks: [],
    segments: segments.map((segment) => ({
      number: segment.number,
      ...(segment.origin === undefined ? {} : { origin: segment.origin }),
      objects: [],
      gone: segment.gone ?? goneMedia(shown, segment),
    })),
  };
}

function goneMedia({ tracks }: ManifestPeriod, { objects }: ManifestSegment): GoneMedia {
  const uris: Partial<Record<MediaKind, string>> = {};
  const lengths: Partial<Record<MediaKind, number>> = {};
  for (const { id, kind, timescale } of tracks) {
    const object = objects.find(({ trackId }) => trackId === id);
    if (object === undefined) continue;
    uris[kind] = object.uri;
    lengths[kind] = ticksToMs(object.durationTicks, timescale);
  }
  // The sound beside a picture ends at another place each time.
  return { durationMs: lengths.video ?? lengths.audio ?? 0, uris };
}

/** Session time. */
function startOf(segment: ManifestSegment | undefined): number {
  return segment?.origin?.startMs ?? 0;
}
