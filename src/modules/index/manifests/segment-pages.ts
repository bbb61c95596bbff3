import { setImmediate } from 'node:timers/promises';
import type { EntityManager } from 'typeorm';
import { findRows } from '../../../persistence/find-row.js';
import { SegmentRow } from '../entities/index.js';

/** About 5 ms of work. */
const PAGE_ROWS = 1000;

const COLUMNS = { directory: 'directory', sessionId: 'session_id' } as const;

/**
 * Segments in the order of their numbers, page by page: SQLite answers synchronously, and a day of a stream has more than
 * ten thousand, so other work gets its turn between pages.
 */
export async function* segmentPages(
  manager: EntityManager,
  where: Readonly<Partial<Record<keyof typeof COLUMNS, string>>>,
  afterNumber = 0,
): AsyncIterable<readonly SegmentRow[]> {
  const equal = Object.keys(where).map((name) => `"${COLUMNS[name as keyof typeof COLUMNS]}" = ? AND `);
  const condition = `${equal.join('')}"number" > ? ORDER BY "number" LIMIT ${String(PAGE_ROWS)}`;
  for (let last: number | undefined = afterNumber; last !== undefined;) {
    const page: SegmentRow[] = await findRows(manager, SegmentRow, condition, [...Object.values(where), last]);
    if (page.length > 0) yield page;
    last = page.length === PAGE_ROWS ? page.at(-1)?.number : undefined;
    if (last !== undefined) await setImmediate();
  }
}
