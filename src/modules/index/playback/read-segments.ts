import { setImmediate } from 'node:timers/promises';
import type { EntityManager } from 'typeorm';
import type { RecordedObject } from '../../../engine/index.js';
import { withParameters } from '../../../persistence/find-row.js';
import type { SegmentRow, SegmentState } from '../entities/segment-row.entity.js';
import type { ObjectColumns } from './object-columns.js';
import type { RecordedPart } from './recorded-part.js';

/** A segment as far as it is played. */
export interface SegmentFacts<T = RecordedObject> extends Pick<
  SegmentRow,
  'directory' | 'sessionId' | 'number' | 'period' | 'startMs' | 'durationMs' | 'state' | 'lostTracks'
> {
  readonly objects: readonly T[];
}

/** Some milliseconds of work. */
const PAGE_ROWS = 1000;
const FEW_ROWS = 10;

/** A row as the database puts it together. */
type PackedRow = readonly [
  number: number,
  period: number,
  startMs: number,
  durationMs: number,
  state: SegmentState,
  lostTracks: SegmentRow['lostTracks'],
  objects: unknown,
];

/**
 * Reads the segments of a part that are in its range, page by page. A day of a stream has more than ten thousand: a page
 * comes as one JSON text, which costs a fraction of as many rows, and no entities are made of it.
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
  const readPage = (last: number, rows: number): Promise<readonly PackedRow[]> =>
    pageOf(manager, part, columns, last, rows);
  let limit = Math.min(PAGE_ROWS, probableRows(part));
  for (let rows = await readPage(afterNumber, limit); rows.length > 0;) {
    const end = rows.at(-1);
    const isLast = end === undefined || rows.length < limit || end[2] >= toMs;
    limit = Math.min(PAGE_ROWS, 2 * limit);
    // The database has the next page ready when this one is dealt with.
    const next = isLast ? Promise.resolve([]) : readPage(end[0], limit);
    next.catch(() => undefined); // Told when it is waited for.
    const inside: SegmentFacts<T>[] = [];
    for (const row of rows) {
      const [, , startMs, durationMs] = row;
      if (startMs < toMs && startMs + durationMs > fromMs) inside.push(factsOf(row, part, columns));
    }
    if (inside.length > 0) yield inside;
    if (!isLast) await setImmediate();
    rows = await next;
  }
}

async function pageOf(
  manager: EntityManager,
  { directory, sessionId }: RecordedPart,
  { select, json }: Pick<ObjectColumns<unknown>, 'select' | 'json'>,
  afterNumber: number,
  limit: number,
): Promise<readonly PackedRow[]> {
  const lostTracks = `coalesce(CAST("lost_tracks" AS text), 'null')`;
  const facts = `"number", "period", "start_ms", "duration_ms", concat('"', "state", '"'), ${lostTracks}, ${json}`;
  const [page] = await manager.query<{ readonly packed: string | null }[]>(
    withParameters(
      manager,
      `SELECT string_agg(concat('[', concat_ws(',', ${facts}), ']'), ',') AS "packed" FROM (
        SELECT "number", "period", "start_ms", "duration_ms", "state", "lost_tracks", ${select} FROM "segments"
        WHERE "session_id" = ? AND "directory" = ? AND "number" > ? ORDER BY "number" LIMIT ${String(limit)}
      ) "row"`,
    ),
    [sessionId, directory, afterNumber],
  );
  return JSON.parse(`[${page?.packed ?? ''}]`) as readonly PackedRow[];
}

/** @returns as many rows as the range has when all segments of the part are about as long, and some more */
function probableRows({ fromMs, toMs, startMs, endMs, segmentCount }: RecordedPart): number {
  const share = (Math.min(toMs, endMs) - Math.max(fromMs, startMs)) / Math.max(1, endMs - startMs);
  return FEW_ROWS + Math.ceil(1.1 * segmentCount * Math.max(0, share));
}

function factsOf<T>(
  [number, period, startMs, durationMs, state, lostTracks, objects]: PackedRow,
  { directory, sessionId }: RecordedPart,
  { objectsOf }: ObjectColumns<T>,
): SegmentFacts<T> {
  return {
    directory,
    sessionId,
    number,
    period,
    startMs,
    durationMs,
    state,
    objects: objectsOf(objects),
    lostTracks,
  };
}
