import type { EntityManager } from 'typeorm';
import { DirectoryMark, SegmentRow } from '../entities/index.js';

/** @returns the highest segment number that a row of the directory has or had, 0 for none: files up to it are no later recording's */
export async function lastNumberOf(manager: EntityManager, directory: string): Promise<number> {
  const last = await manager.maximum(SegmentRow, 'number', { directory });
  const mark = await manager.findOneBy(DirectoryMark, { directory });
  return Math.max(last ?? 0, mark?.lastNumber ?? 0);
}
