import type { EntityManager } from 'typeorm';
import { parseFillerName } from '../../../media/manifests/filler-name.js';
import { parseKeyFrameName } from '../../../media/manifests/key-frame-name.js';
import { parsePaddedName } from '../../../media/manifests/padded-name.js';
import { DirectoryMark, SegmentRow } from '../entities/index.js';
import { parseInitName, parseSegmentName, splitKey } from '../directories/object-names.js';

/**
 * To be asked of what has no row: numbers are given out in order, so one below the last that was deleted is no later
 * recording's.
 *
 * @returns whether it is an init, a segment, or what is made of a segment, that cannot come back
 */
export async function wasDeleted(manager: EntityManager, key: string): Promise<boolean> {
  const { directory, name } = splitKey(key);
  const init = parseInitName(name);
  const number = segmentNumberOf(name);
  if (init === undefined && number === undefined) return false;
  const mark = await manager.findOneBy(DirectoryMark, { directory });
  if (mark === null) return false;
  if (init !== undefined) return init.number <= (init.kind === 'video' ? mark.lastVideoInit : mark.lastAudioInit);
  if (number === undefined || number > mark.lastNumber) return false;
  return !(await manager.existsBy(SegmentRow, { directory, number }));
}

function segmentNumberOf(name: string): number | undefined {
  const made = parseFillerName(name)?.number ?? parsePaddedName(name)?.number ?? parseKeyFrameName(name);
  return made ?? parseSegmentName(name)?.number;
}
