import { And, In, LessThan, LessThanOrEqual, MoreThan, MoreThanOrEqual, Not, type EntityManager } from 'typeorm';
import { RecordingSession, SegmentRow, SessionPart } from '../entities/index.js';

import type { SegmentState } from '../entities/segment-row.entity.js';

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
  const usual = manager.findBy(SessionPart, {
    stream,
    startedAt: And(MoreThanOrEqual(earliest), LessThan(latest)),
  });
  const long = manager
    .createQueryBuilder(SessionPart, 'part')
    .where({ stream, startedAt: LessThan(earliest) })
    .andWhere(`part.endMs - part.startMs > ${String(LONG_PART_MS)}`)
    .getMany();
  return withSessions(manager, (await Promise.all([long, usual])).flat());
}

/** @returns the parts of a session in the order they were recorded */
export async function findPartsOf(manager: EntityManager, sessionId: string): Promise<PartOfSession[]> {
  return withSessions(manager, await manager.findBy(SessionPart, { sessionId }));
}

export function anchorOf({ anchoredAt, startedAt }: RecordingSession): number {
  return (anchoredAt ?? startedAt).getTime();
}

/** A stretch of session time. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

/** @returns the first segment that ends behind `fromMs` and begins before `toMs` */
export async function findFirstSegment(
  manager: EntityManager,
  { directory, sessionId }: SessionPart,
  { fromMs, toMs }: Stretch,
  isLost: boolean,
): Promise<Pick<SegmentRow, 'number'> | undefined> {
  const [before] = await manager.find(SegmentRow, {
    select: { directory: true, number: true, startMs: true, durationMs: true, state: true },
    where: { sessionId, startMs: LessThanOrEqual(fromMs) },
    order: { startMs: 'DESC' },
    take: 1,
  });
  if (
    before?.directory === directory &&
    before.startMs + before.durationMs > fromMs &&
    (before.state === 'lost') === isLost
  ) {
    return before;
  }
  const rows = await manager.find(SegmentRow, {
    select: { number: true, directory: true },
    where: {
      sessionId,
      directory,
      state: isLost ? 'lost' : Not<SegmentState>('lost'),
      startMs: And(MoreThan(fromMs), LessThan(toMs)),
    },
    order: { startMs: 'ASC' },
    take: 1,
  });
  return rows[0];
}

async function withSessions(manager: EntityManager, parts: readonly SessionPart[]): Promise<PartOfSession[]> {
  const ids = [...new Set(parts.map(({ sessionId }) => sessionId))];
  if (ids.length === 0) return [];
  const rows = await manager.findBy(RecordingSession, { id: In(ids) });
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
