import type { MediaKind } from '../codecs/codec.js';
import { ticksToMs } from '../timeline/ticks.js';
import type { GoneMedia, ManifestObject, ManifestPeriod, ManifestSegment, ManifestTrack } from './timeline.js';
import { uriOf } from './uri.js';

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

/** @returns the place of some segments of a Period, by the names that players know */
export function placeOf(period: ManifestPeriod, segments: readonly ManifestSegment[]): ManifestPeriod {
  const [first] = segments;
  const afterMs = (first?.startMs ?? 0) - period.mediaStartMs;
  return {
    ...period,
    id: `${period.id}-gone-${String(first?.number)}`,
    startEpochMs: period.startEpochMs + afterMs,
    tracks: [],
    segments: segments.map((segment) => ({ ...segment, objects: [], gone: goneMedia(period, segment) })),
  };
}

/** @returns wall clock at the beginning of an object */
export function epochMsOf(
  { startEpochMs, mediaStartMs }: ManifestPeriod,
  { startTicks }: ManifestObject,
  { timescale }: ManifestTrack,
): number {
  return startEpochMs + ticksToMs(startTicks, timescale) - mediaStartMs;
}

function goneMedia(period: ManifestPeriod, { objects }: ManifestSegment): GoneMedia {
  const uris: Partial<Record<MediaKind, string>> = {};
  const startEpochMs: Partial<Record<MediaKind, number>> = {};
  const lengths: Partial<Record<MediaKind, number>> = {};
  for (const track of period.tracks) {
    const { id, kind, timescale } = track;
    const object = objects.find(({ trackId }) => trackId === id);
    if (object === undefined) continue;
    uris[kind] = uriOf(object);
    startEpochMs[kind] = epochMsOf(period, object, track);
    lengths[kind] = ticksToMs(object.durationTicks, timescale);
  }
  // The sound beside a picture ends at another place each time.
  return { durationMs: lengths.video ?? lengths.audio ?? 0, uris, startEpochMs };
}
