import type { PlaybackRange, PlaybackRangeService } from '../../index/playback-range.service.js';
import { parseObjectKey } from '../../storage/ports/object-key.js';
import type { RecordedPiece } from './recorded-object.js';

/** A longer hole in a Period is a gap: a segment is missing. */
const BREAK_MS = 500;

type SegmentPages = ReturnType<PlaybackRangeService['segments']>;
type Segment = SegmentPages extends AsyncGenerator<readonly (infer Row)[]> ? Row : never;
type Track = Awaited<ReturnType<PlaybackRangeService['tracks']>>[number];

/** What a range has, in the order of time. */
export interface FoundPieces {
  readonly pieces: readonly RecordedPiece[];
  /** The first picture can be decoded without one before; true where there are none. */
  readonly isIndependent: boolean;
}

/** The objects of a range. Of a segment whose track is not known any more nothing could be played. */
export async function findPieces(ranges: PlaybackRangeService, range: PlaybackRange): Promise<FoundPieces> {
  const trackOf = trackFinder(await ranges.tracks(range));
  const origins = new Map(range.parts.map(({ sessionId, anchorEpochMs }) => [sessionId, anchorEpochMs]));
  const pieces: RecordedPiece[] = [];
  let isIndependent: boolean | undefined;
  let run = 0;
  let before: Segment | undefined;
  for await (const page of ranges.segments(range)) {
    for (const segment of page) {
      if (before !== undefined && !continues(before, segment)) run += 1;
      before = segment;
      const originEpochMs = origins.get(segment.sessionId) ?? 0;
      for (const object of segment.objects) {
        const track = trackOf(segment, object.trackId);
        if (track === undefined) continue;
        if (object.kind === 'video') isIndependent ??= object.independent;
        pieces.push({
          kind: object.kind,
          codecName: track.codecName,
          startEpochMs: originEpochMs + segment.startMs,
          key: parseObjectKey(object.objectKey),
          sizeBytes: object.sizeBytes,
          sha256: object.sha256,
          initKey: parseObjectKey(track.initObjectKey),
          initSizeBytes: track.initSizeBytes,
          initSha256: track.initSha256,
          originEpochMs,
          run,
        });
      }
    }
  }
  return { pieces, isIndependent: isIndependent ?? true };
}

function continues(before: Segment, { sessionId, period, startMs }: Segment): boolean {
  if (sessionId !== before.sessionId || period !== before.period) return false;
  return Math.abs(startMs - before.startMs - before.durationMs) <= BREAK_MS;
}

/** A session may point at an init object that an earlier session of the directory left. */
function trackFinder(tracks: readonly Track[]): (segment: Segment, trackId: string) => Track | undefined {
  const own = new Map(tracks.map((track) => [`${track.directory}\n${track.sessionId}\n${track.trackId}`, track]));
  const any = new Map(tracks.map((track) => [`${track.directory}\n${track.trackId}`, track]));
  return ({ directory, sessionId }, trackId) =>
    own.get(`${directory}\n${sessionId}\n${trackId}`) ?? any.get(`${directory}\n${trackId}`);
}
