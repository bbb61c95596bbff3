import type { EntityManager } from 'typeorm';
import { In, IsNull, Not } from 'typeorm';
import { SegmentRow, TrackRow } from '../entities/index.js';
import type { DirectoryRows, TimelineSegment } from '../manifests/build-timeline.js';
import { timelineSegment, timelineTrack, withoutLostTracks } from '../manifests/timeline-rows.js';
import type { PlaybackRange, PlaybackRangeService, RecordedPart } from '../playback-range.service.js';
import { shownObjects } from './object-columns.js';
import { readSegments } from './read-segments.js';

/** Seen from `/play/{stream}/`. */
const OBJECTS = '../../api/record/object/';

/** What was read of a part. */
interface PartRows {
  readonly startMs: number;
  readonly segmentCount: number;
  readonly lastNumber: number;
  readonly segments: readonly TimelineSegment[];
}

/** The rows that a view shows, kept by whoever asks again: of a part that only grew what is new is read. */
export class ViewRows {
  private parts = new Map<string, PartRows>();
  private lostCount = 0;

  constructor(
    private readonly manager: EntityManager,
    private readonly ranges: PlaybackRangeService,
  ) {}

  get segmentCount(): number {
    return [...this.parts.values()].reduce((sum, { segments }) => sum + segments.length, 0);
  }

  async read(range: PlaybackRange, lostCount: number): Promise<DirectoryRows> {
    const isKnown = lostCount === this.lostCount;
    const parts = new Map<string, PartRows>();
    for (const part of range.parts) {
      const key = `${part.directory}/${part.sessionId}`;
      parts.set(key, await this.readPart(part, isKnown ? this.parts.get(key) : undefined));
    }
    this.parts = parts;
    this.lostCount = lostCount;
    const tracks = await this.ranges.tracks(range);
    return {
      anchors: new Map(range.parts.map(({ sessionId, anchorEpochMs }) => [sessionId, anchorEpochMs])),
      tracks: tracks.map((row) => timelineTrack(row, folderOf(row.directory))),
      segments: withoutLostTracks(
        [...parts.values()].flatMap(({ segments }) => segments),
        tracks,
      ),
    };
  }

  private async readPart(part: RecordedPart, known: PartRows | undefined): Promise<PartRows> {
    if (known?.startMs !== part.startMs) return this.readAfter(part, nothingOf(part));
    if (known.segmentCount === part.segmentCount) return known;
    const read = await this.readAfter(part, known);
    const isGrown = read.segmentCount === part.segmentCount;
    return isGrown ? read : this.readAfter(part, nothingOf(part));
  }

  private async readAfter(part: RecordedPart, known: PartRows): Promise<PartRows> {
    const folder = folderOf(part.directory);
    const added: TimelineSegment[] = [];
    let { lastNumber } = known;
    let rowCount = 0;
    for await (const page of readSegments(this.manager, part, known.lastNumber, shownObjects(this.manager))) {
      lastNumber = page.at(-1)?.number ?? lastNumber;
      rowCount += page.length;
      for (const row of page) if (row.state !== 'lost') added.push(timelineSegment(row, folder));
    }
    const isFirst = known.segmentCount === 0;
    const segmentCount = isFirst ? part.segmentCount : known.segmentCount + rowCount;
    return { startMs: part.startMs, segmentCount, lastNumber, segments: [...known.segments, ...added] };
  }
}

/** @returns how much of the range's sessions has no bytes any more: whole segments count twice, parts of them and inits once */
export async function countLost(manager: EntityManager, { parts }: PlaybackRange): Promise<number> {
  const sessionId = In([...new Set(parts.map((part) => part.sessionId))]);
  const directory = In([...new Set(parts.map((part) => part.directory))]);
  const segments = manager.countBy(SegmentRow, { state: 'lost', sessionId });
  // In these words, or SQLite does not see that `segments_partly_lost_ix` is meant.
  const partly = manager
    .createQueryBuilder(SegmentRow, 'segment')
    .select('COUNT(*)', 'count')
    .where({ sessionId })
    .andWhere('segment.lostTracks IS NOT NULL')
    .getRawOne<{ count: number | string }>();
  const tracks = manager.countBy(TrackRow, { lostAt: Not(IsNull()), directory, sessionId });
  const [wholeCount, partCounted, trackCount] = await Promise.all([segments, partly, tracks]);
  return 2 * wholeCount + Number(partCounted?.count ?? 0) + trackCount;
}

/** @returns what the view of a range is made of: while this is the same, so is the view */
export function versionOf({ parts }: PlaybackRange): string {
  return JSON.stringify(
    parts.map(({ directory, sessionId, startMs, endMs, toMs, firstNumber, segmentCount }) => [
      directory,
      sessionId,
      startMs,
      firstNumber,
      toMs <= endMs ? toMs : segmentCount,
    ]),
  );
}

function nothingOf({ startMs, firstNumber }: RecordedPart): PartRows {
  return { startMs, segmentCount: 0, lastNumber: firstNumber - 1, segments: [] };
}

function folderOf(directory: string): string {
  return `${OBJECTS}${directory.split('/').map(encodeURIComponent).join('/')}/`;
}
