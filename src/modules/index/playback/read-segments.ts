import { setImmediate } from 'node:timers/promises';
import type { EntityManager } from 'typeorm';
import { SegmentRow } from '../entities/index.js';
import type { SegmentState } from '../entities/segment-row.entity.js';
import type { RecordedPart } from './recorded-part.js';

/** A segment as far as manifests say anything of it. */
export type SegmentFacts = Pick<
  SegmentRow,
  'directory' | 'sessionId' | 'number' | 'period' | 'startMs' | 'durationMs' | 'state' | 'objects' | 'lostTracks'
>;

/** About 5 ms of work. */
const PAGE_ROWS = 1000;
const FEW_ROWS = 10;

type RawSegment = Readonly<Record<'number' | 'period' | 'startMs' | 'durationMs', number | string>> & {
  readonly state: SegmentState;
  /** Text in SQLite. */
  readonly objects: unknown;
  readonly lostTracks: unknown;
};

/**
 * Reads the segments of a part that are in its range, page by page, without making entities of them: a day of a stream has
 * more than ten thousand, and it takes half the time.
 *
 * @param afterNumber leaves out those up to there
 */
export async function* readSegments(
  manager: EntityManager,
  part: RecordedPart,
  afterNumber: number,
): AsyncGenerator<readonly SegmentFacts[]> {
  const { directory, sessionId, fromMs, toMs } = part;
  let limit = Math.min(PAGE_ROWS, probableRows(part));
  for (let rows = await readPage(manager, part, afterNumber, limit); rows.length > 0;) {
    const end = rows.at(-1);
    const isLast = end === undefined || rows.length < limit || Number(end.startMs) >= toMs;
    limit = Math.min(PAGE_ROWS, 2 * limit);
    // The database has the next page ready when this one is dealt with.
    const next = isLast ? Promise.resolve([]) : readPage(manager, part, Number(end.number), limit);
    next.catch(() => undefined); // Told when it is waited for.
    const page = rows.map((row) => factsOf(row, directory, sessionId));
    const inside = page.filter((segment) => segment.startMs < toMs && segment.startMs + segment.durationMs > fromMs);
    if (inside.length > 0) yield inside;
    if (!isLast) await setImmediate();
    rows = await next;
  }
}

function readPage(
  manager: EntityManager,
  { directory, sessionId }: RecordedPart,
  afterNumber: number,
  limit: number,
): Promise<RawSegment[]> {
  return manager
    .createQueryBuilder(SegmentRow, 'segment')
    .select('segment.number', 'number')
    .addSelect('segment.period', 'period')
    .addSelect('segment.startMs', 'startMs')
    .addSelect('segment.durationMs', 'durationMs')
    .addSelect('segment.state', 'state')
    .addSelect('segment.objects', 'objects')
    .addSelect('segment.lostTracks', 'lostTracks')
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

function factsOf(row: RawSegment, directory: string, sessionId: string): SegmentFacts {
  return {
    directory,
    sessionId,
    number: Number(row.number),
    period: Number(row.period),
    startMs: Number(row.startMs),
    durationMs: Number(row.durationMs),
    state: row.state,
    objects: parsed(row.objects) as SegmentRow['objects'],
    lostTracks: parsed(row.lostTracks) as SegmentRow['lostTracks'],
  };
}

function parsed(value: unknown): unknown {
  return typeof value === 'string' ? JSON.parse(value) : value;
}
