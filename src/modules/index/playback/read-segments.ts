import { setImmediate } from 'node:timers/promises';
import type { EntityManager } from 'typeorm';
import type { RecordedObject } from '../../../engine/index.js';
import { SegmentRow } from '../entities/index.js';
import type { SegmentState } from '../entities/segment-row.entity.js';
import { parsed, type ObjectColumns, type RawObjects } from './object-columns.js';
import type { RecordedPart } from './recorded-part.js';

/** A segment as far as it is played. */
export interface SegmentFacts<T = RecordedObject> extends Pick<
  SegmentRow,
  'directory' | 'sessionId' | 'number' | 'period' | 'startMs' | 'durationMs' | 'state' | 'lostTracks'
> {
  readonly objects: readonly T[];
}

/** About 5 ms of work. */
const PAGE_ROWS = 1000;
const FEW_ROWS = 10;

interface RawSegment
  extends RawObjects, Readonly<Record<'number' | 'period' | 'startMs' | 'durationMs', number | string>> {
  readonly state: SegmentState;
  readonly lostTracks: unknown;
}

/**
 * Reads the segments of a part that are in its range, page by page, without making entities of them: a day of a stream has
 * more than ten thousand, and it takes half the time.
 *
 * @param afterNumber leaves out those up to there
 */
export async function* readSegments<T>(
  manager: EntityManager,
  part: RecordedPart,
  afterNumber: number,
  columns: ObjectColumns<T>,
): AsyncGenerator<readonly SegmentFacts<T>[]> {
  const { fromMs, toMs } = part;
  const readPage = (last: number, rows: number): Promise<RawSegment[]> =>
    pageOf(manager, part, columns.select, last, rows);
  let limit = Math.min(PAGE_ROWS, probableRows(part));
  for (let rows = await readPage(afterNumber, limit); rows.length > 0;) {
    const end = rows.at(-1);
    const isLast = end === undefined || rows.length < limit || Number(end.startMs) >= toMs;
    limit = Math.min(PAGE_ROWS, 2 * limit);
    // The database has the next page ready when this one is dealt with.
    const next = isLast ? Promise.resolve([]) : readPage(Number(end.number), limit);
    next.catch(() => undefined); // Told when it is waited for.
    const inside: SegmentFacts<T>[] = [];
    for (const row of rows) {
      const startMs = Number(row.startMs);
      if (startMs < toMs && startMs + Number(row.durationMs) > fromMs) inside.push(factsOf(row, part, columns));
    }
    if (inside.length > 0) yield inside;
    if (!isLast) await setImmediate();
    rows = await next;
  }
}

function pageOf(
  manager: EntityManager,
  { directory, sessionId }: RecordedPart,
  objects: ObjectColumns<unknown>['select'],
  afterNumber: number,
  limit: number,
): Promise<RawSegment[]> {
  const select = manager
    .createQueryBuilder(SegmentRow, 'segment')
    .select('segment.number', 'number')
    .addSelect('segment.period', 'period')
    .addSelect('segment.startMs', 'startMs')
    .addSelect('segment.durationMs', 'durationMs')
    .addSelect('segment.state', 'state')
    .addSelect('segment.lostTracks', 'lostTracks');
  for (const [name, expression] of Object.entries(objects)) select.addSelect(expression, name);
  return select
    .where('segment.sessionId = :sessionId AND segment.directory = :directory', { sessionId, directory })
    .andWhere('segment.number > :last', { last: afterNumber })
    .orderBy('segment.number')
    .limit(limit)
    .getRawMany<RawSegment>();
}

/** @returns as many rows as the range has when all segments of the part are about as long, and some more */
function probableRows({ fromMs, toMs, startMs, endMs, segmentCount }: RecordedPart): number {
  const share = (Math.min(toMs, endMs) - Math.max(fromMs, startMs)) / Math.max(1, endMs - startMs);
  return FEW_ROWS + Math.ceil(1.1 * segmentCount * Math.max(0, share));
}

function factsOf<T>(
  row: RawSegment,
  { directory, sessionId }: RecordedPart,
  { objectsOf }: ObjectColumns<T>,
): SegmentFacts<T> {
  return {
    directory,
    sessionId,
    number: Number(row.number),
    period: Number(row.period),
    startMs: Number(row.startMs),
    durationMs: Number(row.durationMs),
    state: row.state,
    objects: objectsOf(row),
    lostTracks: parsed(row.lostTracks) as SegmentRow['lostTracks'],
  };
}
