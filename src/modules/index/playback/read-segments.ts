import { setImmediate } from 'node:timers/promises';
import type { EntityManager } from 'typeorm';
import type { RecordedObject } from '../../../engine/index.js';
import { withParameters } from '../../../persistence/find-row.js';
import { isPostgres } from '../../../persistence/portable-data-source.js';
import type { SegmentRow, SegmentState } from '../entities/segment-row.entity.js';
import type { ObjectColumns } from './object-columns.js';
import { listed, unpack, type PackedRows } from './packed-rows.js';
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
/** PostgreSQL puts pages together side by side, each on a connection; SQLite answers one after the other. */
const POSTGRES_PAGES = 2;

const NUMBERS = ['number', 'period', 'start_ms', 'duration_ms'] as const;
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
  columns: ObjectColumns<T>,
): AsyncGenerator<readonly SegmentFacts<T>[]> {
  const pages = new AskedPages(manager, part, columns, afterNumber);
  let lastNumber = afterNumber;
  for (let page = pages.next(); page !== undefined; page = pages.next()) {
    const segments = unpackSegments(await page.rows, part, columns);
    const end = segments.at(-1);
    if (end === undefined) return;
    const isLast = segments.length < page.limit || end.startMs >= part.toMs;
    if (!isLast) pages.goOn(end.number);
    const inside = segments.filter(
      ({ number, startMs, durationMs }) =>
        number > lastNumber && startMs < part.toMs && startMs + durationMs > part.fromMs,
    );
    if (inside.length > 0) yield inside;
    if (isLast) return;
    lastNumber = end.number;
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
    { lists }: Pick<ObjectColumns<unknown>, 'lists'>,
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
function statementOf(manager: EntityManager, lists: ObjectColumns<unknown>['lists']): string {
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

function unpackSegments<T>(
  rows: PackedRows,
  { directory, sessionId }: RecordedPart,
  { reader }: ObjectColumns<T>,
): SegmentFacts<T>[] {
  const [numbers = [], periods = [], startsMs = [], durationsMs = []] = NUMBERS.map(
    (name) => unpack(rows[name]) as readonly number[],
  );
  const states = unpack(rows['state']) as readonly SegmentState[];
  const lostTracks = unpack(rows['lost_tracks']) as readonly SegmentRow['lostTracks'][];
  const objectsAt = reader(rows, directory);
  return numbers.map((number, index) => ({
    directory,
    sessionId,
    number,
    period: periods[index] ?? 0,
    startMs: startsMs[index] ?? 0,
    durationMs: durationsMs[index] ?? 0,
    state: states[index] ?? 'lost',
    objects: objectsAt(index),
    lostTracks: lostTracks[index] ?? null,
  }));
}
