import type { EntityManager } from 'typeorm';
import { findRows, placesFor, withParameters } from '../../../persistence/find-row.js';
import { RecordingSession, SessionPart, type SegmentRow } from '../entities/index.js';

/** What a session has in one directory, and which of it is in a range. */
export interface RecordedPart {
  readonly directory: string;
  readonly sessionId: string;
  /** Wall clock of session time 0: this plus a session time is when that media was captured. */
  readonly anchorEpochMs: number;
  /** Session time of the part's first media, and of the end of its last. */
  readonly startMs: number;
  readonly endMs: number;
  /** Of the whole part. */
  readonly segmentCount: number;
  /** Session time of the range: segments that end behind `fromMs` and begin before `toMs` are in it. */
  readonly fromMs: number;
  readonly toMs: number;
  /** When the row of its session last changed, epoch milliseconds; undefined while the session is not over. */
  readonly finishedAsOfMs: number | undefined;
  /** Number of the first segment in the range. */
  readonly firstNumber: number;
}

/** A part with the session it is of. */
export interface PartOfSession {
  readonly part: SessionPart;
  readonly session: RecordingSession;
}

/** Longer than any part in a day's directory; `session_parts_long_ix` has those that are longer. */
const LONG_PART_MS = 26 * 3_600_000;
/** A part's row may say that it began somewhat before its first media. */
const START_TOLERANCE_MS = 3_600_000;

/** @returns parts that may have media in a stretch of wall clock, with their sessions, in the order they were recorded */
export async function findPartsNear(
  manager: EntityManager,
  stream: string,
  fromMs: number,
  toMs: number,
): Promise<PartOfSession[]> {
  const earliest = new Date(fromMs - LONG_PART_MS - START_TOLERANCE_MS);
  const latest = new Date(toMs + START_TOLERANCE_MS);
  const usual = findRows(manager, SessionPart, '"stream" = ? AND "started_at" >= ? AND "started_at" < ?', [
    stream,
    earliest,
    latest,
  ]);
  const isLong = `"end_ms" - "start_ms" > ${String(LONG_PART_MS)}`;
  const long = findRows(manager, SessionPart, `"stream" = ? AND "started_at" < ? AND ${isLong}`, [stream, earliest]);
  return withSessions(manager, (await Promise.all([long, usual])).flat());
}

/** @returns the parts of a session in the order they were recorded */
export async function findPartsOf(manager: EntityManager, sessionId: string): Promise<PartOfSession[]> {
  return withSessions(manager, await findRows(manager, SessionPart, '"session_id" = ?', [sessionId]));
}

export function anchorOf({ anchoredAt, startedAt }: RecordingSession): number {
  return (anchoredAt ?? startedAt).getTime();
}

/** A stretch of session time. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

/** @returns number of the first segment that ends behind `fromMs` and begins before `toMs` */
export async function findFirstSegment(
  manager: EntityManager,
  { directory, sessionId }: SessionPart,
  { fromMs, toMs }: Stretch,
  isLost: boolean,
): Promise<number | undefined> {
  const columns = '"directory", "number", "start_ms" + "duration_ms" AS "end_ms", "state"';
  const [before] = await manager.query<FoundSegment[]>(
    withParameters(
      manager,
      `SELECT ${columns} FROM "segments" WHERE "session_id" = ? AND "start_ms" <= ? ORDER BY "start_ms" DESC LIMIT 1`,
    ),
    [sessionId, fromMs],
  );
  if (before?.directory === directory && Number(before.end_ms) > fromMs && (before.state === 'lost') === isLost) {
    return before.number;
  }
  const [first] = await manager.query<FoundSegment[]>(
    withParameters(
      manager,
      `SELECT ${columns} FROM "segments" WHERE "session_id" = ? AND "directory" = ? AND "state" ${isLost ? '=' : '<>'} 'lost'
        AND "start_ms" > ? AND "start_ms" < ? ORDER BY "start_ms" LIMIT 1`,
    ),
    [sessionId, directory, fromMs, toMs],
  );
  return first?.number;
}

interface FoundSegment extends Pick<SegmentRow, 'directory' | 'number' | 'state'> {
  readonly end_ms: number | string;
}

async function withSessions(manager: EntityManager, parts: readonly SessionPart[]): Promise<PartOfSession[]> {
  const ids = [...new Set(parts.map(({ sessionId }) => sessionId))];
  if (ids.length === 0) return [];
  const rows = await findRows(manager, RecordingSession, `"id" IN (${placesFor(ids)})`, ids);
  const sessions = new Map(rows.map((row) => [row.id, row]));
  const found = parts.flatMap((part): PartOfSession[] => {
    const session = sessions.get(part.sessionId);
    return session === undefined ? [] : [{ part, session }];
  });
  return found.sort(inOrder);
}

/** By the wall clock of their sessions; parts of one session by session time, whatever clock steps there were. */
function inOrder(one: PartOfSession, other: PartOfSession): number {
  const bySession = anchorOf(one.session) - anchorOf(other.session);
  if (bySession !== 0) return bySession;
  if (one.session.id !== other.session.id) return one.session.id < other.session.id ? -1 : 1;
  return one.part.startMs - other.part.startMs;
}
