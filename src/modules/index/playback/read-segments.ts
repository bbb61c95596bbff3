import { setImmediate } from 'node:timers/promises';
import type { EntityManager } from 'typeorm';
import { withParameters } from '../../../persistence/find-row.js';
import { isPostgres } from '../../../persistence/portable-data-source.js';
import type { SegmentState } from '../entities/segment-row.entity.js';
import { LineScanner } from './line-scanner.js';
import type { RecordedPart } from './recorded-part.js';
import type { SegmentPlace } from './segment-place.js';
import { quotedText, type SegmentReader } from './segment-reader.js';

/** What was read of a part in one go. */
export interface SegmentPage<T> {
  /** Of the range, and not left out. */
  readonly segments: readonly T[];
  /** Of the range, with those that were left out. */
  readonly rowCount: number;
  readonly lastNumber: number;
}

/** Some milliseconds of work. */
const PAGE_ROWS = 2000;
const FEW_ROWS = 10;
/** PostgreSQL puts pages together side by side, each on a connection; SQLite answers one after the other. */
const POSTGRES_PAGES = 2;

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
  reader: SegmentReader<T>,
): AsyncGenerator<SegmentPage<T>> {
  const pages = new AskedPages(manager, part, reader, afterNumber);
  let lastNumber = afterNumber;
  for (let asked = pages.next(); asked !== undefined; asked = pages.next()) {
    const page = await asked.page;
    const isFull = page.rows === asked.limit;
    if (isFull && page.latestMs < part.toMs) pages.goOn(page.lastNumber); // The database goes on while this is read.
    const rows = readRows(page.text, part, reader, lastNumber);
    const isLast = !isFull || rows.startMs >= part.toMs;
    if (!isLast) pages.goOn(page.lastNumber);
    if (rows.rowCount > 0) yield rows;
    if (isLast) return;
    lastNumber = page.lastNumber;
    await setImmediate();
  }
}

interface AskedPage {
  readonly limit: number;
  readonly page: Promise<PackedPage>;
}

interface PackedPage {
  readonly text: string;
  readonly rows: number;
  readonly lastNumber: number;
  /** The greatest session time at which one of its segments begins. */
  readonly latestMs: number;
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
    { objects }: Pick<SegmentReader<unknown>, 'objects'>,
    private afterNumber: number,
  ) {
    const rows = probableRows(part);
    this.statement = statementOf(manager, objects);
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
      const page = this.read(this.afterNumber, limit);
      page.catch(() => undefined); // Told when it is waited for.
      asked.push({ limit, page });
      this.afterNumber += limit;
      this.limit = Math.min(PAGE_ROWS, 2 * limit);
      this.left -= 1;
    }
  }

  private async read(afterNumber: number, limit: number): Promise<PackedPage> {
    const { sessionId, directory } = this.part;
    const statement = `${this.statement} ${String(limit)}) "row"`;
    const [page] = await this.manager.query<Partial<PageRow>[]>(statement, [sessionId, directory, afterNumber]);
    const { text = null, rows = 0, last_number: lastNumber = 0, latest_ms: latestMs = 0 } = page ?? {};
    return { text: text ?? '', rows: Number(rows), lastNumber: Number(lastNumber), latestMs: Number(latestMs) };
  }
}

/** Numbers of 64 bits are texts in PostgreSQL; without rows all but their count are null. */
interface PageRow {
  readonly text: string | null;
  readonly rows: string | number;
  readonly last_number: number | null;
  readonly latest_ms: string | number | null;
}

/**
 * One long text for a page costs a fraction of as many rows, and less than a text for each column.
 *
 * @returns the statement up to how many rows it reads at most
 */
function statementOf(manager: EntityManager, objects: string): string {
  const numbers = '"number", "period", "start_ms", "duration_ms"';
  const lostTracks = quotedText(manager.dataSource, '"lost_tracks"');
  const row = `concat_ws(',', ${numbers}, concat('"', "state", '"'), ${lostTracks}, ${objects})`;
  return withParameters(
    manager,
    `SELECT string_agg(${row}, ',') AS "text", count(*) AS "rows", max("number") AS "last_number",
      max("start_ms") AS "latest_ms" FROM (
      SELECT "number", "period", "start_ms", "duration_ms", "state", "lost_tracks", "objects" FROM "segments"
      WHERE "session_id" = ? AND "directory" = ? AND "number" > ? ORDER BY "number" LIMIT`,
  );
}

/** @returns as many rows as the range has when all segments of the part are about as long, and some more */
function probableRows({ fromMs, toMs, startMs, endMs, segmentCount }: RecordedPart): number {
  const share = (Math.min(toMs, endMs) - Math.max(fromMs, startMs)) / Math.max(1, endMs - startMs);
  return FEW_ROWS + Math.ceil(1.1 * segmentCount * Math.max(0, share));
}

interface ReadRows<T> extends SegmentPage<T> {
  /** Where the last row's segment begins, in the range or not. */
  readonly startMs: number;
}

/** @param afterNumber leaves out what the page before had */
function readRows<T>(text: string, part: RecordedPart, reader: SegmentReader<T>, afterNumber: number): ReadRows<T> {
  const line = new LineScanner(text);
  const segments: T[] = [];
  const rows = { segments, rowCount: 0, lastNumber: afterNumber, startMs: 0 };
  while (!line.isAtEnd) {
    const place = readPlace(line, part);
    const { number, startMs, durationMs } = place;
    const segment = reader.next(place, line);
    rows.startMs = startMs;
    if (number <= afterNumber || startMs >= part.toMs || startMs + durationMs <= part.fromMs) continue;
    rows.rowCount += 1;
    rows.lastNumber = number;
    if (segment !== undefined) segments.push(segment);
  }
  return rows;
}

function readPlace(line: LineScanner, { directory, sessionId }: RecordedPart): SegmentPlace {
  return {
    directory,
    sessionId,
    number: line.integer(),
    period: line.integer(),
    startMs: line.integer(),
    durationMs: line.integer(),
    state: line.string().value as SegmentState,
    lostTracks: line.string().isEmpty ? null : (JSON.parse(line.value) as string[]),
  };
}
