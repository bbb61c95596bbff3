import { MoreThan, type EntityManager, type FindOptionsWhere } from 'typeorm';
import { GoneSegment, type GonePart } from '../entities/index.js';
import type { DirectoryRows, TimelineSegment, TimelineTrack } from './build-timeline.js';
import { timelineSegment } from './timeline-rows.js';

interface PlacedSegment extends TimelineSegment {
  readonly goneWith: number;
  /** Wall clock of session time 0. */
  readonly anchorEpochMs: number;
  readonly endEpochMs: number;
  readonly tracks: readonly TimelineTrack[];
}

/** What went away of a stream while it was recorded, and has its place; of what was read only what is new is read again. */
export class GoneRows {
  lastChange = 0;
  private segments: readonly PlacedSegment[] = [];

  /** @param folderOf address of a directory as the manifest sees it, with its slash */
  constructor(private readonly folderOf: (directory: string) => string) {}

  get segmentCount(): number {
    return this.segments.length;
  }

  /** @param fromMs wall clock: what ended by then has left the view */
  async read(
    manager: EntityManager,
    where: FindOptionsWhere<GoneSegment>,
    { lastChange, fromMs }: { readonly lastChange: number; readonly fromMs: number },
  ): Promise<void> {
    const rows =
      lastChange === this.lastChange
        ? []
        : await manager.findBy(GoneSegment, {
            ...where,
            change: MoreThan(this.lastChange),
            endedAt: MoreThan(new Date(fromMs)),
          });
    this.segments = this.segments.filter(({ endEpochMs }) => endEpochMs > fromMs);
    this.add(rows);
    this.lastChange = Math.max(this.lastChange, lastChange);
  }

  add(rows: readonly GoneSegment[]): void {
    if (rows.length > 0) this.segments = [...this.segments, ...rows.map((row) => this.placed(row))];
  }

  /** What a session had in a directory has no places any more. */
  forget(parts: readonly Pick<GonePart, 'directory' | 'sessionId'>[]): void {
    const gone = new Set(parts.map(({ directory, sessionId }) => `${directory}/${sessionId}`));
    if (gone.size === 0) return;
    this.segments = this.segments.filter(({ directory, sessionId }) => !gone.has(`${directory}/${sessionId}`));
  }

  /** @returns the rows with what went away by later changes in its place */
  withGone(rows: DirectoryRows, change: number): DirectoryRows {
    const gone = this.segments.filter(({ goneWith }) => goneWith > change);
    if (gone.length === 0) return rows;
    const anchors = new Map([
      ...gone.map(({ sessionId, anchorEpochMs }) => [sessionId, anchorEpochMs] as const),
      ...rows.anchors,
    ]);
    const byPlace = (one: TimelineSegment, other: TimelineSegment): number => inOrder(one, other, anchors);
    const sorted = [...rows.segments, ...gone].sort(byPlace);
    const segments = sorted.filter((segment, index) => !isSame(segment, sorted[index - 1]));
    return { anchors, tracks: [...gone.flatMap(({ tracks }) => tracks), ...rows.tracks], segments };
  }

  private placed(row: GoneSegment): PlacedSegment {
    const { sessionId, directory, number, lastNumber, startMs, startedAt, endedAt, change, objects } = row;
    return {
      ...timelineSegment(row, this.folderOf(directory)),
      ...(lastNumber === null ? {} : { spans: lastNumber - number + 1 }),
      goneWith: change,
      anchorEpochMs: startedAt.getTime() - startMs,
      endEpochMs: endedAt.getTime(),
      tracks: objects.map(({ trackId: id, kind, timescale }) => ({
        ...{ id, sessionId, directory, kind, timescale, codecString: '', initUri: '' },
        ...{ width: undefined, height: undefined, sampleRate: undefined, channels: undefined },
      })),
    };
  }
}

/** By the wall clock of their sessions, in a session by its time; what is there comes before its own place. */
function inOrder(one: TimelineSegment, other: TimelineSegment, anchors: DirectoryRows['anchors']): number {
  if (one.sessionId !== other.sessionId) {
    const byClock = (anchors.get(one.sessionId) ?? 0) - (anchors.get(other.sessionId) ?? 0);
    return byClock === 0 ? (one.sessionId < other.sessionId ? -1 : 1) : byClock;
  }
  const byTime = one.directory === other.directory ? one.number - other.number : one.startMs - other.startMs;
  return byTime === 0 ? Number(one.goneWith !== undefined) - Number(other.goneWith !== undefined) : byTime;
}

function isSame({ directory, number }: TimelineSegment, before: TimelineSegment | undefined): boolean {
  return before?.directory === directory && before.number === number;
}
