import { In, IsNull, LessThan, MoreThan, Not, type EntityManager, type SelectQueryBuilder } from 'typeorm';
import { RecordingSession, SegmentRow } from '../entities/index.js';
import { UNFINISHED_STATES } from '../sessions/recording-session.js';

const SEGMENTS_AT_ONCE = 1000;

/** @returns streams that have recording sessions, each found behind the one before */
export async function findStreams(manager: EntityManager): Promise<string[]> {
  const streams: string[] = [];
  for (let last = ''; ;) {
    const [next] = await manager.find(RecordingSession, {
      select: { id: true, stream: true },
      where: { stream: MoreThan(last) },
      order: { stream: 'ASC' },
      take: 1,
    });
    if (next === undefined) return streams;
    last = next.stream;
    streams.push(last);
  }
}

/** @returns sessions of a stream that began before an instant and are not held, oldest first */
export function findBegunBefore(manager: EntityManager, stream: string, instant: Date): Promise<RecordingSession[]> {
  return manager.find(RecordingSession, {
    where: { stream, startedAt: LessThan(instant), heldAt: IsNull() },
    order: { startedAt: 'ASC', id: 'ASC' },
  });
}

export interface DeletableFilter {
  /** All streams when absent. */
  readonly stream?: string;
  /** Leaves out sessions of which the bucket does not have everything. */
  readonly onlyStored: boolean;
  readonly exceptIds: readonly string[];
}

/** @returns the oldest session that neither records nor is held, and whose deletion gives space */
export function findOldestDeletable(manager: EntityManager, filter: DeletableFilter): Promise<RecordingSession | null> {
  const { stream, onlyStored, exceptIds } = filter;
  const select = manager
    .createQueryBuilder(RecordingSession, 'session')
    .where('session.state NOT IN (:...unfinished)', { unfinished: UNFINISHED_STATES })
    .andWhere('session.heldAt IS NULL AND session.sizeBytes > 0');
  if (stream !== undefined) select.andWhere('session.stream = :stream', { stream });
  if (exceptIds.length > 0) select.andWhere('session.id NOT IN (:...exceptIds)', { exceptIds });
  if (onlyStored) select.andWhere(isStored(select));
  return select.orderBy('session.startedAt').addOrderBy('session.id').limit(1).getOne();
}

/** @returns the session that began first of those that still record and are not held */
export function findOldestRunning(
  manager: EntityManager,
  { stream, exceptIds }: Omit<DeletableFilter, 'onlyStored'>,
): Promise<RecordingSession | null> {
  return manager.findOne(RecordingSession, {
    where: {
      state: In(UNFINISHED_STATES),
      heldAt: IsNull(),
      sizeBytes: MoreThan(0),
      id: Not(In([...exceptIds])),
      ...(stream === undefined ? {} : { stream }),
    },
    order: { startedAt: 'ASC', id: 'ASC' },
  });
}

/** @returns session time at which the oldest segments that have so many bytes together end; undefined without any */
export async function findEndOfOldest(
  manager: EntityManager,
  sessionId: string,
  bytes: number,
): Promise<number | undefined> {
  let sumBytes = 0;
  let endMs: number | undefined;
  let startMs = Number.MIN_SAFE_INTEGER;
  while (sumBytes < bytes) {
    const page = await manager.find(SegmentRow, {
      where: { sessionId, startMs: MoreThan(startMs) },
      order: { startMs: 'ASC' },
      take: SEGMENTS_AT_ONCE,
    });
    for (const segment of page) {
      if (sumBytes >= bytes) break;
      sumBytes += segment.sizeBytes;
      endMs = segment.startMs + segment.durationMs;
    }
    const last = page.at(-1);
    if (last === undefined) break;
    startMs = last.startMs;
  }
  return endMs;
}

/** @returns whether the bucket lacks some of a session's media */
export function isUploading(manager: EntityManager, sessionId: string): Promise<boolean> {
  return manager.existsBy(SegmentRow, { sessionId, state: 'uploading' });
}

/**
 * The finished sessions by an index that has all that is asked for, beside it those that are not: not a row of the others
 * is read.
 *
 * @returns bytes of all committed media, or of a stream's
 */
export async function findUsedBytes(manager: EntityManager, stream?: string): Promise<number> {
  let bytes = 0;
  // In these words, or SQLite does not see which indexes are meant.
  for (const which of ['session.endedAt IS NOT NULL', 'session.endedAt IS NULL']) {
    const select = manager
      .createQueryBuilder(RecordingSession, 'session')
      .select('SUM(session.sizeBytes)', 'bytes')
      .where(which);
    if (stream !== undefined) select.andWhere('session.stream = :stream', { stream });
    bytes += Number((await select.getRawOne<{ bytes: number | string | null }>())?.bytes ?? 0);
  }
  return bytes;
}

function isStored(select: SelectQueryBuilder<RecordingSession>): string {
  const uploading = select
    .subQuery()
    .select('1')
    .from(SegmentRow, 'segment')
    .where(`segment.sessionId = session.id AND segment.state = 'uploading'`);
  return `NOT EXISTS ${uploading.getQuery()}`;
}
