import type { MediaKind } from '../codecs/codec.js';
import { msToTicks } from '../timeline/ticks.js';
import { fillerName } from './filler-name.js';
import type { ManifestObject, ManifestPeriod, ManifestSegment, ManifestTrack, SegmentOrigin } from './timeline.js';

/**
 * Silence comes in frames of so much: stretches of it lie on a grid, so that one goes on where another ended. Chromium
 * joins what lies at most so far apart.
 */
export const SILENCE_FRAME_MS = 20;

/** A stretch of media time in the ticks of a track. */
export interface Stretch {
  readonly timescale: number;
  readonly startTicks: number;
  readonly durationTicks: number;
}

/** A segment that a kind of media has and that can be decoded by itself: what filler is made from. */
interface Source {
  readonly number: number;
  readonly origin: SegmentOrigin | undefined;
  readonly track: ManifestTrack;
  readonly object: ManifestObject;
}

/**
 * @param beside what the segment has of the other kind
 * @param timescale of the track that is continued
 * @returns the time that filler of a kind has to last: the other's own for a picture, frames of silence for sound, which
 * begin with it or up to a frame before: what the Period before left open at its end stays shorter than a frame
 */
export function fillerStretch(kind: MediaKind, beside: Stretch, timescale: number): Stretch {
  const frameTicks = kind === 'audio' ? msToTicks(SILENCE_FRAME_MS, timescale) : 1;
  const frameAt = (ticks: number): number => Math.floor((ticks * timescale) / (beside.timescale * frameTicks));
  const first = frameAt(beside.startTicks);
  const end = Math.max(first + 1, frameAt(beside.startTicks + beside.durationTicks));
  return { timescale, startTicks: first * frameTicks, durationTicks: (end - first) * frameTicks };
}

/**
 * Gives every Period both kinds of media where the directory has both: players that feed one buffer per kind cannot play
 * through a stretch in which one of them has nothing (docs/adr/0009). What stands in continues the last segment of its
 * kind before the Period, or else the first one after it.
 */
export function withFiller(periods: readonly ManifestPeriod[]): ManifestPeriod[] {
  const filled = fillFrom(periods, 'video');
  return fillFrom(filled, 'audio');
}

function fillFrom(periods: readonly ManifestPeriod[], kind: MediaKind): ManifestPeriod[] {
  const hasKind = (period: ManifestPeriod): boolean => period.tracks.some((track) => track.kind === kind);
  if (periods.every(hasKind) || !periods.some(hasKind)) return [...periods];
  let source = firstSource(periods, kind);
  return periods.map((period) => {
    source = hasKind(period) ? (lastSource(period, kind) ?? source) : source;
    return hasKind(period) || source === undefined ? period : filledPeriod(period, source);
  });
}

function firstSource(periods: readonly ManifestPeriod[], kind: MediaKind): Source | undefined {
  for (const period of periods) {
    for (const segment of period.segments) {
      const source = sourceIn(period, segment, kind);
      if (source !== undefined) return source;
    }
  }
  return undefined;
}

function lastSource(period: ManifestPeriod, kind: MediaKind): Source | undefined {
  for (let index = period.segments.length - 1; index >= 0; index--) {
    const segment = period.segments[index];
    const source = segment && sourceIn(period, segment, kind);
    if (source !== undefined) return source;
  }
  return undefined;
}

function sourceIn(period: ManifestPeriod, segment: ManifestSegment, kind: MediaKind): Source | undefined {
  const { number, sessionId, startMs, objects } = segment;
  const track = period.tracks.find((candidate) => candidate.kind === kind);
  const object = objects.find(({ trackId, independent }) => trackId === track?.id && independent);
  if (track === undefined || object === undefined) return undefined;
  const origin = sessionId === undefined || startMs === undefined ? undefined : { sessionId, startMs };
  return { number, origin, track, object };
}

function filledPeriod(period: ManifestPeriod, source: Source): ManifestPeriod {
  return {
    ...period,
    tracks: [...period.tracks, { ...source.track, isFiller: true }],
    segments: period.segments.map((segment) => filledSegment(period, segment, source)),
  };
}

function filledSegment(
  period: ManifestPeriod,
  segment: ManifestSegment,
  { track, number, origin, object }: Source,
): ManifestSegment {
  const [beside] = segment.objects;
  const timescale = period.tracks.find(({ id }) => id === beside?.trackId)?.timescale;
  if (beside === undefined || timescale === undefined) return segment;
  const { startTicks, durationTicks } = fillerStretch(track.kind, { ...beside, timescale }, track.timescale);
  const { folder } = beside;
  const source = folder !== object.folder && origin !== undefined ? origin : number;
  const name = fillerName({ kind: track.kind, source, number: segment.number });
  // At most as large as what it is made from.
  const { sizeBytes } = object;
  const filler = { trackId: track.id, folder, name, startTicks, durationTicks, sizeBytes, independent: true };
  return { ...segment, objects: [...segment.objects, filler] };
}
