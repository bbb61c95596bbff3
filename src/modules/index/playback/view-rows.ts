import type { EntityManager } from 'typeorm';
import { placesFor, withParameters } from '../../../persistence/find-row.js';
import type { DirectoryRows, TimelineSegment } from '../manifests/build-timeline.js';
import { timelineTrack, withLostTracks } from '../manifests/timeline-rows.js';
import type { PlaybackRange, PlaybackRangeService, RecordedPart } from '../playback-range.service.js';
import type { FinishedParts } from './finished-parts.js';
import type { ReadSegment } from './read-segment.js';
import { readSegments } from './read-segments.js';
import { shownSegments, type SegmentReader } from './segment-reader.js';

/** Seen from `/play/{stream}/`. */
const OBJECTS = '../../api/record/object/';

/** What was read of a part. */
interface PartRows {
  readonly startMs: number;
  readonly finishedAsOfMs: number | undefined;
  readonly segmentCount: number;
  readonly lastNumber: number;
  readonly segments: readonly TimelineSegment[];
  readonly reader: SegmentReader<ReadSegment>;
}

/** The rows that a view shows, kept by whoever asks again: of a part that only grew what is new is read. */
export class ViewRows {
  private parts = new Map<string, PartRows>();
  private lostCount = 0;

  constructor(
    private readonly manager: EntityManager,
    private readonly ranges: PlaybackRangeService,
    private readonly finished: FinishedParts,
  ) {}

  get segmentCount(): number {
    return [...this.parts.values()].reduce((sum, { segments }) => sum + segments.length, 0);
  }

  async read(range: PlaybackRange, lostCount: number): Promise<DirectoryRows> {
    const isKnown = lostCount === this.lostCount;
    const parts = new Map<string, PartRows>();
    for (const part of range.parts) {
      const key = `${part.directory}/${part.sessionId}`;
      parts.set(key, await this.readPart(part, lostCount, isKnown ? this.parts.get(key) : undefined));
    }
    this.parts = parts;
    this.lostCount = lostCount;
    const tracks = await this.ranges.tracks(range);
    return {
      anchors: new Map(range.parts.map(({ sessionId, anchorEpochMs }) => [sessionId, anchorEpochMs])),
      tracks: tracks.map((row) => timelineTrack(row, folderOf(row.directory))),
      segments: withLostTracks(
        [...parts.values()].flatMap(({ segments }) => segments),
        tracks,
      ),
    };
  }

  private async readPart(part: RecordedPart, lostCount: number, known: PartRows | undefined): Promise<PartRows> {
    if (known === undefined || !isGrown(known, part)) return this.readAll(part, lostCount);
    const { finishedAsOfMs } = part;
    if (known.segmentCount === part.segmentCount) return { ...known, finishedAsOfMs };
    const { segments, rowCount, lastNumber } = await this.readAfter(part, known.lastNumber, known.reader);
    const segmentCount = known.segmentCount + rowCount;
    if (segmentCount !== part.segmentCount) return this.readAll(part, lostCount);
    return { ...known, finishedAsOfMs, segmentCount, lastNumber, segments: [...known.segments, ...segments] };
  }

  private async readAll(part: RecordedPart, lostCount: number): Promise<PartRows> {
    const { startMs, segmentCount, finishedAsOfMs, firstNumber } = part;
    const reader = shownSegments(this.manager, folderOf(part.directory));
    const found = this.finished.find(part, lostCount);
    if (found !== undefined) {
      const lastNumber = found.at(-1)?.number ?? firstNumber - 1;
      return { startMs, segmentCount, finishedAsOfMs, lastNumber, segments: found, reader };
    }
    const { segments, lastNumber } = await this.readAfter(part, firstNumber - 1, reader);
    this.finished.keep(part, lostCount, segments);
    return { startMs, segmentCount, finishedAsOfMs, lastNumber, segments, reader };
  }

  private async readAfter(part: RecordedPart, afterNumber: number, reader: PartRows['reader']): Promise<RowsRead> {
    const segments: ReadSegment[] = [];
    let lastNumber = afterNumber;
    let rowCount = 0;
    for await (const page of readSegments(this.manager, part, afterNumber, reader)) {
      lastNumber = page.lastNumber;
      rowCount += page.rowCount;
      segments.push(...page.segments);
    }
    return { segments, rowCount, lastNumber };
  }
}

interface RowsRead {
  /** Those that are not lost. */
  readonly segments: readonly ReadSegment[];
  readonly rowCount: number;
  readonly lastNumber: number;
}

/** @returns whether nothing of what is known of a part can be another now: there may be more */
function isGrown(known: PartRows, { startMs, finishedAsOfMs }: RecordedPart): boolean {
  const isSame = known.finishedAsOfMs === undefined || known.finishedAsOfMs === finishedAsOfMs;
  return isSame && known.startMs === startMs;
}

/** @returns how much of the range's sessions has no bytes any more: whole segments count twice, parts of them and inits once */
export async function countLost(manager: EntityManager, { parts }: PlaybackRange): Promise<number> {
  const sessions = [...new Set(parts.map((part) => part.sessionId))];
  const directories = [...new Set(parts.map((part) => part.directory))];
  const ofSessions = `"session_id" IN (${placesFor(sessions)})`;
  const counts = [
    // In these words, or SQLite does not see which partial index is meant.
    `SELECT COUNT(*) FROM "segments" WHERE "state" = 'lost' AND ${ofSessions}`,
    `SELECT COUNT(*) FROM "segments" WHERE "lost_tracks" IS NOT NULL AND ${ofSessions}`,
    `SELECT COUNT(*) FROM "tracks" WHERE "lost_at" IS NOT NULL AND "directory" IN (${placesFor(directories)}) AND ${ofSessions}`,
  ];
  const [whole, partly, tracks] = counts.map((count) => `(${count})`);
  const [found] = await manager.query<{ readonly lost: number | string }[]>(
    withParameters(manager, `SELECT 2 * ${String(whole)} + ${String(partly)} + ${String(tracks)} AS "lost"`),
    [...sessions, ...sessions, ...directories, ...sessions],
  );
  return Number(found?.lost);
}

/** @returns what the view of a range is made of: while this is the same, so is the view */
export function versionOf({ parts }: PlaybackRange): string {
  return JSON.stringify(
    parts.map(({ directory, sessionId, startMs, endMs, toMs, firstNumber, segmentCount, finishedAsOfMs }) => [
      directory,
      sessionId,
      startMs,
      firstNumber,
      toMs <= endMs ? toMs : segmentCount,
      finishedAsOfMs,
    ]),
  );
}

export function folderOf(directory: string): string {
  return `${OBJECTS}${directory.split('/').map(encodeURIComponent).join('/')}/`;
}
