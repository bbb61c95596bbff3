import { setImmediate } from 'node:timers/promises';
import type { EntityManager } from 'typeorm';
import { withParameters } from '../../../persistence/find-row.js';
import { isPostgres } from '../../../persistence/portable-data-source.js';
import type { SegmentRow, SegmentState } from '../entities/segment-row.entity.js';
import { listed, unpack, type PackedRows } from './packed-rows.js';
import type { RecordedPart } from './recorded-part.js';
import type { SegmentColumns, SegmentFields } from './segment-columns.js';

/** What was read of a part in one go. */
export interface SegmentPage<T> {
  /** Of the range, and not left out. */
  readonly segments: readonly T[];
  /** Of the range, with those that were left out. */
  readonly rowCount: number;
  readonly lastNumber: number;
}

/** Some milliseconds of work. */
const PAGE_ROWS = 1000;
const FEW_ROWS = 10;
/** PostgreSQL puts pages together side by side, each on a connection; SQLite answers one after the other. */
const POSTGRES_PAGES = 2;

const NUMBERS = ['number', 'period', 'start_ms', 'duration_ms'];
const FACTS = {
  ...Object.fromEntries(NUMBERS.map((name) => [name, listed(`CAST("${name}" AS text)`)])),
  state: listed(`concat('"', "state", '"')`),
  lost_tracks: listed(`coalesce(CAST("lost_tracks" AS text), 'null')`),
};

/**
 * Reads the segments of a part that are in its range, page by page. A day of a stream has more than ten thousand: no
 * entities are made of them.
 *
 * @param afterNumber leaves out those up to there
 */
export async function* readSegments<T>(
  manager: EntityManager,
  part: RecordedPart,
  afterNumber: number,
  columns: SegmentColumns<T>,
): AsyncGenerator<SegmentPage<T>> {
  const pages = new AskedPages(manager, part, columns, afterNumber);
  let lastNumber = afterNumber;
  for (let page = pages.next(); page !== undefined; page = pages.next()) {
    const rows = await page.rows;
    const fields = unpackFields(rows);
    const endNumber = fields.numbers.at(-1);
    if (endNumber === undefined) return;
    const isLast = fields.numbers.length < page.limit || (fields.startsMs.at(-1) ?? 0) >= part.toMs;
    if (!isLast) pages.goOn(endNumber);
    const read = unpackSegments(rows, fields, part, columns, lastNumber);
    if (read.rowCount > 0) yield read;
    if (isLast) return;
    lastNumber = endNumber;
    await setImmediate();
  }
}

interface AskedPage {
  readonly limit: number;
  readonly rows: Promise<PackedRows>;
}

/**
 * Pages that the database puts together while others are dealt with. Where a page ends is known before it is there when
 * numbers run on without a hole; where they do not, the next page begins inside of it.
 */
class AskedPages {
  private readonly asked: AskedPage[] = [];
  private readonly most: number;
  private readonly statement: string;
  private limit: number;
  /** So many pages the part has probably that are not asked for. */
  private left: number;

  constructor(
    private readonly manager: EntityManager,
    private readonly part: RecordedPart,
    { lists }: Pick<SegmentColumns<unknown>, 'lists'>,
    private afterNumber: number,
  ) {
    const rows = probableRows(part);
    this.statement = statementOf(manager, lists);
    this.most = isPostgres(manager.dataSource) ? POSTGRES_PAGES : 1;
    this.limit = Math.min(PAGE_ROWS, rows);
    this.left = Math.ceil(Math.min(rows, part.segmentCount) / PAGE_ROWS);
    this.ask();
  }

  next(): AskedPage | undefined {
    return this.asked.shift();
  }

  /** @param number of the last segment that has come */
  goOn(number: number): void {
    this.afterNumber = Math.max(this.afterNumber, number);
    this.ask();
  }

  private ask(): void {
    const { asked, most } = this;
    while (asked.length === 0 || (asked.length < most && this.left > 0)) {
      const { limit } = this;
      const rows = this.read(this.afterNumber, limit);
      rows.catch(() => undefined); // Told when it is waited for.
      asked.push({ limit, rows });
      this.afterNumber += limit;
      this.limit = Math.min(PAGE_ROWS, 2 * limit);
      this.left -= 1;
    }
  }

  private async read(afterNumber: number, limit: number): Promise<PackedRows> {
    const { sessionId, directory } = this.part;
    const statement = `${this.statement} ${String(limit)}) "row"`;
    const [rows = {}] = await this.manager.query<PackedRows[]>(statement, [sessionId, directory, afterNumber]);
    return rows;
  }
}

/** @returns the statement up to how many rows it reads at most */
function statementOf(manager: EntityManager, lists: SegmentColumns<unknown>['lists']): string {
  const listed = Object.entries({ ...FACTS, ...lists }).map(([name, list]) => `${list} AS "${name}"`);
  return withParameters(
    manager,
    `SELECT ${listed.join(', ')} FROM (
      SELECT "number", "period", "start_ms", "duration_ms", "state", "lost_tracks", "objects" FROM "segments"
      WHERE "session_id" = ? AND "directory" = ? AND "number" > ? ORDER BY "number" LIMIT`,
  );
}

/** @returns as many rows as the range has when all segments of the part are about as long, and some more */
function probableRows({ fromMs, toMs, startMs, endMs, segmentCount }: RecordedPart): number {
  const share = (Math.min(toMs, endMs) - Math.max(fromMs, startMs)) / Math.max(1, endMs - startMs);
  return FEW_ROWS + Math.ceil(1.1 * segmentCount * Math.max(0, share));
}

/** @param afterNumber leaves out what the page before had */
function unpackSegments<T>(
  rows: PackedRows,
  fields: SegmentFields,
  part: RecordedPart,
  { reader }: SegmentColumns<T>,
  afterNumber: number,
): SegmentPage<T> {
  const { numbers, startsMs, durationsMs } = fields;
  const next = reader(rows, fields, part);
  const segments: T[] = [];
  let rowCount = 0;
  let lastNumber = afterNumber;
  for (let index = 0; index < numbers.length; index++) {
    const segment = next(index);
    const number = numbers[index] ?? 0;
    const startMs = startsMs[index] ?? 0;
    const endMs = startMs + (durationsMs[index] ?? 0);
    if (number <= afterNumber || startMs >= part.toMs || endMs <= part.fromMs) continue;
    rowCount += 1;
    lastNumber = number;
    if (segment !== undefined) segments.push(segment);
  }
  return { segments, rowCount, lastNumber };
}

function unpackFields(rows: PackedRows): SegmentFields {
  return {
    numbers: unpack(rows['number']) as readonly number[],
    periods: unpack(rows['period']) as readonly number[],
    startsMs: unpack(rows['start_ms']) as readonly number[],
    durationsMs: unpack(rows['duration_ms']) as readonly number[],
    states: unpack(rows['state']) as readonly SegmentState[],
    lostTracks: unpack(rows['lost_tracks']) as readonly SegmentRow['lostTracks'][],
  };
}
