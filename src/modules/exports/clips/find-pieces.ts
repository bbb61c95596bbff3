import type { PlaybackRange, PlaybackRangeService } from '../../index/playback-range.service.js';
import { parseObjectKey } from '../../storage/ports/object-key.js';
import type { Steps } from '../../../shared/steps.js';
import type { RecordedPiece } from './recorded-object.js';
import { takeTurns } from './take-turns.js';

/** A longer hole in a Period is a gap: a segment is missing. */
const BREAK_MS = 500;

type SegmentPages = ReturnType<PlaybackRangeService['segments']>;
type SegmentPage = SegmentPages extends AsyncGenerator<infer Page> ? Page : never;
type Segment = SegmentPage[number];
type Track = Awaited<ReturnType<PlaybackRangeService['tracks']>>[number];

/** What a range has, in the order of time. */
export interface FoundPieces {
  readonly pieces: readonly RecordedPiece[];
  /** The first picture can be decoded without one before; true where there are none. */
  readonly isIndependent: boolean;
}

/** The objects of a range. Of a segment whose track is not known any more nothing could be played. */
export async function findPieces(ranges: PlaybackRangeService, range: PlaybackRange): Promise<FoundPieces> {
  const origins = new Map(range.parts.map(({ sessionId, anchorEpochMs }) => [sessionId, anchorEpochMs]));
  const collector = new PieceCollector(await ranges.tracks(range), origins);
  for await (const page of ranges.segments(range)) await takeTurns(collector.add(page));
  return collector;
}

/** A track as all pieces of it have it. */
type PieceTrack = Pick<RecordedPiece, 'codecName' | 'initKey' | 'initSizeBytes' | 'initSha256'>;

/** Makes pieces of segments, one after the other. */
export class PieceCollector implements FoundPieces {
  readonly pieces: RecordedPiece[] = [];
  private readonly trackOf: (segment: Segment, trackId: string) => PieceTrack | undefined;
  private firstIsIndependent: boolean | undefined;
  private run = 0;
  private before: Segment | undefined;

  /** @param origins wall clock of session time 0, by session */
  constructor(
    tracks: readonly Track[],
    private readonly origins: ReadonlyMap<string, number>,
  ) {
    this.trackOf = trackFinder(tracks);
  }

  get isIndependent(): boolean {
    return this.firstIsIndependent ?? true;
  }

  /** @yields after each segment */
  *add(page: SegmentPage): Steps<void> {
    for (const segment of page) {
      if (this.before !== undefined && !continues(this.before, segment)) this.run += 1;
      this.before = segment;
      this.addSegment(segment);
      yield;
    }
  }

  private addSegment(segment: Segment): void {
    const originEpochMs = this.origins.get(segment.sessionId) ?? 0;
    const startEpochMs = originEpochMs + segment.startMs;
    for (const { trackId, kind, independent, objectKey, sizeBytes, sha256 } of segment.objects) {
      const track = this.trackOf(segment, trackId);
      if (track === undefined) continue;
      if (kind === 'video') this.firstIsIndependent ??= independent;
      const key = parseObjectKey(objectKey);
      this.pieces.push({ ...track, kind, startEpochMs, key, sizeBytes, sha256, originEpochMs, run: this.run });
    }
  }
}

function continues(before: Segment, { sessionId, period, startMs }: Segment): boolean {
  if (sessionId !== before.sessionId || period !== before.period) return false;
  return Math.abs(startMs - before.startMs - before.durationMs) <= BREAK_MS;
}

/** A session may point at an init object that an earlier session of the directory left. */
function trackFinder(tracks: readonly Track[]): (segment: Segment, trackId: string) => PieceTrack | undefined {
  const own = new Map<string, PieceTrack>();
  const any = new Map<string, PieceTrack>();
  for (const { directory, sessionId, trackId, codecName, initObjectKey, initSizeBytes, initSha256 } of tracks) {
    const track = { codecName, initKey: parseObjectKey(initObjectKey), initSizeBytes, initSha256 };
    own.set(`${directory}\n${sessionId}\n${trackId}`, track);
    any.set(`${directory}\n${trackId}`, track);
  }
  return ({ directory, sessionId }, trackId) =>
    own.get(`${directory}\n${sessionId}\n${trackId}`) ?? any.get(`${directory}\n${trackId}`);
}
