import { isDeepStrictEqual } from 'node:util';
import type { EntityManager, EntityTarget, ObjectLiteral } from 'typeorm';
import { PLAIN_PLACES, Places, type AskedPlaces } from '../../../media/manifests/places.js';
import type { LeftBehind, ManifestTimeline } from '../../../media/manifests/timeline.js';
import { findRows, placesFor, withParameters } from '../../../persistence/find-row.js';
import { GoneChange, GoneSegment, type GonePart, RecordingSession, SessionPart, TrackRow } from '../entities/index.js';
import { countLeft, findLeft, originOf } from '../playback/left-behind.js';
import { buildTimeline, type DirectoryRows, type TimelineSegment } from './build-timeline.js';
import { GoneRows } from './gone-rows.js';
import { segmentPages } from './segment-pages.js';
import { timelineSegment, timelineTrack, withLostTracks, withoutLost } from './timeline-rows.js';

/** A session of the directory and when its row last changed. */
export interface ViewedSession {
  readonly id: string;
  readonly updatedAtMs: number;
}

interface SegmentsRead {
  readonly segments: readonly TimelineSegment[];
  readonly lastNumber: number;
  readonly counts: SegmentCounts;
}

/** Rows, and those of them that lost all or some of their objects. */
interface SegmentCounts {
  readonly all: number;
  readonly lost: number;
  readonly partlyLost: number;
}

const NOTHING_READ: SegmentsRead = { segments: [], lastNumber: 0, counts: { all: 0, lost: 0, partlyLost: 0 } };

/**
 * The rows of one directory in the form manifests need. It is kept while something records there and then reads only what
 * is new: the rows of a day are ten thousand, and there is a new one each few seconds.
 */
export class DirectoryView {
  sessions: readonly ViewedSession[] = [];
  /** Grows with each change of what a manifest shows. */
  version = 0;
  private rows: DirectoryRows = { anchors: new Map(), tracks: [], segments: [] };
  private read = NOTHING_READ;
  private readonly gone = new GoneRows(() => '');
  private left: readonly GonePart[] = [];

  constructor(readonly directory: string) {}

  get isEmpty(): boolean {
    return withoutLost(this.rows).segments.length === 0;
  }

  get tracks(): DirectoryRows['tracks'] {
    return this.rows.tracks;
  }

  /** What is live stays where it was shown, whatever goes away of it. */
  timeline(facts: Parameters<typeof buildTimeline>[1], asked: AskedPlaces = PLAIN_PLACES): ManifestTimeline {
    if (!facts.isLive) return buildTimeline(withoutLost(this.rows), facts);
    const whole = (change: number): ManifestTimeline => {
      const placed = this.gone.withGone(this.rows, change);
      return buildTimeline(placed, { ...facts, originMs: originOf(placed, this.left, change) });
    };
    // Segments are counted by their numbers, which run on in a directory.
    const before = (change: number): LeftBehind => ({ ...countLeft(this.left, change), segmentCount: 0 });
    return new Places({ lastChange: this.gone.lastChange, before, whole }).placed(asked).timeline;
  }

  /** Reads what was committed since the last call; everything when rows went away, came in between, or lost bytes. */
  async refresh(manager: EntityManager): Promise<void> {
    const { directory } = this;
    const parts = await findRows(manager, SessionPart, '"directory" = ?', [directory]);
    const ids = parts.map(({ sessionId }) => sessionId);
    const sessions = await findAny(manager, RecordingSession, 'id', ids);
    const counts = await countSegments(manager, directory, parts);
    const added = await this.readAfter(manager, this.read);
    const isAll = isDeepStrictEqual(added.counts, counts);
    const read = isAll ? added : await this.readAfter(manager, NOTHING_READ);
    const tracks = await findRows(manager, TrackRow, '"directory" = ? ORDER BY "created_at"', [directory]);
    this.read = read;
    this.rows = {
      anchors: new Map(sessions.map((row) => [row.id, (row.anchoredAt ?? row.startedAt).getTime()])),
      tracks: tracks.map((row) => timelineTrack(row)),
      segments: withLostTracks(read.segments, tracks),
    };
    await this.gone.read(
      manager,
      { directory },
      { lastChange: await changeOf(manager, directory, sessions), fromMs: 0 },
    );
    this.left = await findLeft(manager, { where: { directory }, fromMs: 0 });
    this.gone.forget(this.left);
    this.sessions = sessions.map(({ id, updatedAt }) => ({ id, updatedAtMs: updatedAt.getTime() }));
    this.version += 1;
  }

  private async readAfter(manager: EntityManager, before: SegmentsRead): Promise<SegmentsRead> {
    const added: TimelineSegment[] = [];
    let { lastNumber } = before;
    let { all, lost, partlyLost } = before.counts;
    for await (const page of segmentPages(manager, { directory: this.directory }, lastNumber)) {
      lastNumber = page.at(-1)?.number ?? lastNumber;
      all += page.length;
      for (const row of page) {
        if (row.lostTracks !== null) partlyLost += 1;
        if (row.state === 'lost') lost += 1;
        else added.push(timelineSegment(row));
      }
    }
    const segments = added.length === 0 ? before.segments : [...before.segments, ...added];
    return { segments, lastNumber, counts: { all, lost, partlyLost } };
  }
}

/** What is gone of it may come back: that does not take back a change. */
async function changeOf(
  manager: EntityManager,
  directory: string,
  sessions: readonly Pick<RecordingSession, 'stream'>[],
): Promise<number> {
  const latest = '"directory" = ? ORDER BY "gone_with" DESC LIMIT 1';
  const [own] = await findRows(manager, GoneSegment, latest, [directory]);
  const streams = [...new Set(sessions.map(({ stream }) => stream))];
  const changes = await findAny(manager, GoneChange, 'stream', streams);
  return Math.max(own?.change ?? 0, ...changes.map(({ change }) => change));
}

async function findAny<T extends ObjectLiteral>(
  manager: EntityManager,
  entity: EntityTarget<T>,
  column: string,
  values: readonly string[],
): Promise<T[]> {
  return values.length === 0 ? [] : findRows(manager, entity, `"${column}" IN (${placesFor(values)})`, values);
}

/** Asked after each commit, so no segment is counted but those that lost something: all of them are counted in their parts. */
async function countSegments(
  manager: EntityManager,
  directory: string,
  parts: readonly Pick<SessionPart, 'sessionId' | 'segmentCount'>[],
): Promise<SegmentCounts> {
  const all = parts.reduce((sum, { segmentCount }) => sum + segmentCount, 0);
  const ids = parts.map(({ sessionId }) => sessionId);
  const lost = await countOf(manager, directory, ids, `"state" = 'lost'`);
  const partlyLost = await countOf(manager, directory, ids, '"lost_tracks" IS NOT NULL');
  return { all, lost, partlyLost };
}

/** @param condition as the index has it over such segments, which finds them by their sessions */
async function countOf(
  manager: EntityManager,
  directory: string,
  sessionIds: readonly string[],
  condition: string,
): Promise<number> {
  if (sessionIds.length === 0) return 0;
  const counts = await manager.query<{ readonly directory: string; readonly count: number | string }[]>(
    withParameters(
      manager,
      `SELECT "directory", COUNT(*) AS "count" FROM "segments" WHERE ${condition} AND "session_id" IN (${placesFor(sessionIds)})
        GROUP BY "directory"`,
    ),
    [...sessionIds],
  );
  return Number(counts.find((row) => row.directory === directory)?.count ?? 0);
}
