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
import { buildTimeline } from '../manifests/build-timeline.js';
import { GoneRows } from '../manifests/gone-rows.js';
import { UNFINISHED_STATES } from '../sessions/recording-session.js';

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
 * that goes when no view that still grows can begin before it; deletions are remembered for {@link DELETED_DAYS}.
 *
 * @param longestViewMs of what may be asked for at once
 */
export async function forgetOld(dataSource: DataSource, nowMs: number, longestViewMs: number): Promise<void> {
  const { manager } = dataSource;
  const before = (ageMs: number): Date => new Date(nowMs - ageMs);
  await forgetPlaces(dataSource, before(PLACES_MS));
  await forgetParts(dataSource, before(Math.max(longestViewMs, PLACES_MS)));
  await inTransaction(dataSource, async (transaction) => {
    await transaction.delete(WindowPlace, { updatedAt: LessThan(before(Math.max(longestViewMs, PLACES_MS))) });
  });
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
  const { manager } = dataSource;
  const old = await manager
    .createQueryBuilder(GoneSegment, 'gone')
    .select('gone.directory', 'directory')
    .addSelect('gone.sessionId', 'sessionId')
    .where({ endedAt: LessThan(endedBefore) })
    .groupBy('gone.directory')
    .addGroupBy('gone.sessionId')
    .getRawMany<Pick<GoneSegment, 'directory' | 'sessionId'>>();
  for (const place of old) {
    await inTransaction(dataSource, (transaction) => forgetPart(transaction, place, endedBefore));
    await setImmediate();
  }
}

async function forgetPart(
  manager: EntityManager,
  place: Pick<GoneSegment, 'directory' | 'sessionId'>,
  endedBefore: Date,
): Promise<void> {
  if (await manager.existsBy(SessionPart, place)) return;
  const rows = await manager.find(GoneSegment, { where: place, order: { number: 'ASC' } });
  const [first] = rows;
  const endedAt = new Date(largestOf(rows.map((row) => row.endedAt.getTime())));
  if (first === undefined || endedAt >= endedBefore) return;
  const { stream } = first;
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
    return { change, startMs: smallestOf(own.map(({ startMs }) => startMs)), segmentCount: own.length, periodCount };
  });
}

function countPeriods(rows: readonly GoneSegment[]): number {
  const gone = new GoneRows(() => '');
  gone.add(rows);
  const known = gone.withGone({ anchors: new Map(), tracks: [], segments: [] }, 0);
  return buildTimeline(known, { isLive: true, publishedEpochMs: 0, segmentDurationMs: 0 }).periods.length;
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
