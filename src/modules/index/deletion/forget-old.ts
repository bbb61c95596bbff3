import { setImmediate } from 'node:timers/promises';
import { In, LessThan, type DataSource, type EntityManager } from 'typeorm';
import { inTransaction } from '../../../persistence/transaction.js';
import { largestOf, smallestOf } from '../../../shared/extremes.js';
import {
  DeletedStretch,
  GoneChange,
  GonePart,
  GoneSegment,
  RecordingSession,
  SessionPart,
  WindowPlace,
} from '../entities/index.js';
import { UNFINISHED_STATES } from '../sessions/recording-session.js';
import { lockPlaces } from './gone-segments.js';
import { mergePlaces, periodsOf, type PartGone } from './merge-places.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Twice the longest window that moves: who watches has seen nothing of it as long. */
const PLACES_MS = 48 * HOUR_MS;
/** After this nobody is told any more that something was deleted: to all questions it was never recorded. */
export const DELETED_DAYS = 366;
/** Rows of one transaction. */
const ROWS_AT_ONCE = 1000;

/**
 * Forgets what nobody asks about any more: places of segments of which nothing is left in their directory become a sum, and
 * that goes when no view that still grows can begin before it, while others become one for each Period; deletions are
 * remembered for {@link DELETED_DAYS}.
 *
 * @param longestViewMs of what may be asked for at once
 */
export async function forgetOld(dataSource: DataSource, nowMs: number, longestViewMs: number): Promise<void> {
  const { manager } = dataSource;
  const before = (ageMs: number): Date => new Date(nowMs - ageMs);
  const viewsBegin = before(Math.max(longestViewMs, PLACES_MS));
  await forgetPlaces(dataSource, before(PLACES_MS));
  await mergePlaces(dataSource, await partsGoneBy(manager, viewsBegin), viewsBegin);
  await forgetParts(dataSource, viewsBegin);
  await forgetWindows(dataSource, viewsBegin);
  await inTransaction(dataSource, async (transaction) => {
    await transaction.delete(GoneChange, { updatedAt: LessThan(before(DELETED_DAYS * DAY_MS)) });
  });
  for (let more = true; more;) {
    const old = await manager.find(DeletedStretch, {
      where: { endedAt: LessThan(before(DELETED_DAYS * DAY_MS)) },
      order: { endedAt: 'ASC' },
      take: ROWS_AT_ONCE,
    });
    if (old.length > 0) await inTransaction(dataSource, (transaction) => transaction.remove(old));
    more = old.length === ROWS_AT_ONCE;
    await setImmediate();
  }
}

/** What its session has in a directory stays whole: the first Period that is left may have begun there. */
async function forgetPlaces(dataSource: DataSource, endedBefore: Date): Promise<void> {
  for (const place of await partsGoneBy(dataSource.manager, endedBefore)) {
    await inTransaction(dataSource, (transaction) => forgetPart(transaction, place, endedBefore));
    await setImmediate();
  }
}

/** @returns sessions and their directories where something that ended by then has its place */
function partsGoneBy(manager: EntityManager, endedBefore: Date): Promise<PartGone[]> {
  return manager
    .createQueryBuilder(GoneSegment, 'gone')
    .select('gone.directory', 'directory')
    .addSelect('gone.sessionId', 'sessionId')
    .addSelect('gone.stream', 'stream')
    .where({ endedAt: LessThan(endedBefore) })
    .groupBy('gone.directory')
    .addGroupBy('gone.sessionId')
    .addGroupBy('gone.stream')
    .getRawMany<PartGone>();
}

async function forgetPart(
  manager: EntityManager,
  { directory, sessionId, stream }: PartGone,
  endedBefore: Date,
): Promise<void> {
  await lockPlaces(manager, stream);
  const place = { directory, sessionId };
  if (await manager.existsBy(SessionPart, place)) return;
  const rows = await manager.find(GoneSegment, { where: place, order: { number: 'ASC' } });
  const endedAt = new Date(largestOf(rows.map((row) => row.endedAt.getTime())));
  if (rows.length === 0 || endedAt >= endedBefore) return;
  await manager.save(
    GonePart,
    sumsOf(rows).map((sum) => ({ ...place, ...sum, stream, endedAt })),
  );
  await manager.delete(GoneSegment, place);
}

/** @returns for each change what went with it: what went with all after some change is what there is for whom counts from it */
function sumsOf(rows: readonly GoneSegment[]): Pick<GonePart, 'change' | 'startMs' | 'segmentCount' | 'periodCount'>[] {
  const changes = [...new Set(rows.map(({ change }) => change))].sort((one, other) => other - one);
  let counted = 0;
  return changes.map((change) => {
    const own = rows.filter((row) => row.change === change);
    const periods = countPeriods(rows.filter((row) => row.change >= change));
    const periodCount = periods - counted;
    counted = periods;
    return {
      change,
      startMs: smallestOf(own.map(({ startMs }) => startMs)),
      segmentCount: own.reduce((sum, row) => sum + segmentsOf(row), 0),
      periodCount,
    };
  });
}

function countPeriods(rows: readonly GoneSegment[]): number {
  return periodsOf(rows).filter(({ isContinuation }) => isContinuation !== true).length;
}

function segmentsOf({ number, lastNumber }: GoneSegment): number {
  return (lastNumber ?? number) - number + 1;
}

/** What is still recorded is counted from the beginning of its Period, however long ago that was. */
async function forgetWindows(dataSource: DataSource, updatedBefore: Date): Promise<void> {
  const old = await dataSource.manager.findBy(WindowPlace, { updatedAt: LessThan(updatedBefore) });
  const streams = [...new Set(old.map(({ stream }) => stream))];
  for (let start = 0; start < streams.length; start += ROWS_AT_ONCE) {
    const some = streams.slice(start, start + ROWS_AT_ONCE);
    await inTransaction(dataSource, async (manager) => {
      const running = await manager.find(RecordingSession, {
        select: { id: true, stream: true },
        where: { stream: In(some), state: In(UNFINISHED_STATES) },
      });
      const isRunning = new Set(running.map(({ stream }) => stream));
      const over = some.filter((one) => !isRunning.has(one));
      await manager.delete(WindowPlace, { stream: In(over), updatedAt: LessThan(updatedBefore) });
    });
  }
}

/** A session that is not over may be asked for whole. */
async function forgetParts(dataSource: DataSource, endedBefore: Date): Promise<void> {
  const old = await dataSource.manager.findBy(GonePart, { endedAt: LessThan(endedBefore) });
  const ids = [...new Set(old.map(({ sessionId }) => sessionId))];
  for (let start = 0; start < ids.length; start += ROWS_AT_ONCE) {
    const id = In(ids.slice(start, start + ROWS_AT_ONCE));
    await inTransaction(dataSource, async (manager) => {
      const running = await manager.find(RecordingSession, {
        select: { id: true },
        where: { id, state: In(UNFINISHED_STATES) },
      });
      const isRunning = new Set(running.map((row) => row.id));
      const over = ids.slice(start, start + ROWS_AT_ONCE).filter((one) => !isRunning.has(one));
      await manager.delete(GonePart, { sessionId: In(over), endedAt: LessThan(endedBefore) });
    });
  }
}
