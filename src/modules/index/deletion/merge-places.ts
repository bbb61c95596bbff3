import { setImmediate } from 'node:timers/promises';
import { Between, LessThan, MoreThanOrEqual, type DataSource, type EntityManager } from 'typeorm';
import { splitByTemplate } from '../../../media/manifests/template-runs.js';
import type { ManifestPeriod } from '../../../media/manifests/timeline.js';
import { inTransaction } from '../../../persistence/transaction.js';
import { largestOf } from '../../../shared/extremes.js';
import { GoneSegment, SessionPart } from '../entities/index.js';
import { buildTimeline } from '../manifests/build-timeline.js';
import { GoneRows } from '../manifests/gone-rows.js';
import { lockPlaces } from './gone-segments.js';

/** What a directory had of a session. */
export type PartGone = Pick<GoneSegment, 'directory' | 'sessionId' | 'stream'>;

/** Rows of one transaction. */
const ROWS_AT_ONCE = 1000;

/**
 * Makes one place of those of all segments of a Period that went away long ago: views only count them, and show where what
 * is left of the Period began. So a session that is trimmed at its beginning for as long as it records leaves a bounded
 * number of places in its directory.
 *
 * @param before wall clock: no view that is still asked for began earlier, and no way to count
 */
export async function mergePlaces(dataSource: DataSource, parts: readonly PartGone[], before: Date): Promise<void> {
  for (const part of parts) {
    for (let from: number | undefined = 0; from !== undefined;) {
      const number: number = from;
      from = await inTransaction(dataSource, (manager) => mergePart(manager, part, before, number));
      await setImmediate();
    }
  }
}

/** @returns number to go on from; undefined when there is nothing more */
async function mergePart(
  manager: EntityManager,
  { directory, sessionId, stream }: PartGone,
  before: Date,
  fromNumber: number,
): Promise<number | undefined> {
  await lockPlaces(manager, stream);
  const rows = await manager.find(GoneSegment, {
    where: { directory, sessionId, change: LessThan(before.getTime()), number: MoreThanOrEqual(fromNumber) },
    order: { number: 'ASC' },
    take: ROWS_AT_ONCE,
  });
  const [first] = rows;
  if (first === undefined || (await hasOlder(manager, first))) return undefined;
  const runs = periodsOf(rows).map(({ segments }) => {
    const numbers = new Set(segments.map(({ number }) => number));
    return rows.filter(({ number }) => numbers.has(number));
  });
  for (const run of runs) if (run.length > 1) await mergeRun(manager, run);
  return rows.length < ROWS_AT_ONCE ? undefined : runs.at(-1)?.[0]?.number;
}

/** Behind something that is left players are shown each of them, as a gap. */
function hasOlder(manager: EntityManager, { stream, startedAt }: GoneSegment): Promise<boolean> {
  return manager.existsBy(SessionPart, { stream, startedAt: LessThan(startedAt) });
}

/** @returns what is gone as views lay it out */
export function periodsOf(rows: readonly GoneSegment[]): readonly ManifestPeriod[] {
  const gone = new GoneRows(() => '');
  gone.add(rows);
  const known = gone.withGone({ anchors: new Map(), tracks: [], segments: [] }, 0);
  const { periods } = buildTimeline(known, { isLive: true, publishedEpochMs: 0, segmentDurationMs: 0 });
  return periods.flatMap(splitByTemplate);
}

async function mergeRun(manager: EntityManager, run: readonly GoneSegment[]): Promise<void> {
  const [first] = run;
  const last = run.at(-1);
  if (first === undefined || last === undefined) return;
  const { directory, number } = first;
  const lastNumber = last.lastNumber ?? last.number;
  const objects = first.objects.map((object) => {
    const end = last.objects.find(({ trackId }) => trackId === object.trackId) ?? object;
    return { ...object, durationTicks: end.startTicks + end.durationTicks - object.startTicks };
  });
  const change = largestOf(run.map((row) => row.change));
  await manager.delete(GoneSegment, { directory, number: Between(number + 1, lastNumber) });
  await manager.update(GoneSegment, { directory, number }, { lastNumber, objects, change, endedAt: last.endedAt });
}
