import { setImmediate } from 'node:timers/promises';
import { MoreThan, type EntityManager, type FindOptionsWhere } from 'typeorm';
import { SegmentRow } from '../entities/index.js';

/** About 5 ms of work. */
const PAGE_ROWS = 1000;

/**
 * Segments in the order of their numbers, page by page: SQLite answers synchronously, and a day of a stream has more than
 * ten thousand, so other work gets its turn between pages.
 */
export async function* segmentPages(
  manager: EntityManager,
  where: FindOptionsWhere<SegmentRow>,
  afterNumber = 0,
): AsyncIterable<readonly SegmentRow[]> {
  for (let last: number | undefined = afterNumber; last !== undefined;) {
    const page: SegmentRow[] = await manager.find(SegmentRow, {
      where: { ...where, number: MoreThan(last) },
      order: { number: 'ASC' },
      take: PAGE_ROWS,
    });
    if (page.length > 0) yield page;
    last = page.length === PAGE_ROWS ? page.at(-1)?.number : undefined;
    if (last !== undefined) await setImmediate();
  }
}
