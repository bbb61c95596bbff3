import type { EntityManager } from 'typeorm';
import { forUpdate } from '../../../persistence/row-locks.js';
import type { ObjectKey } from '../../storage/ports/object-key.js';
import { SegmentRow, TrackRow } from '../entities/index.js';
import { parseSegmentName, splitKey } from '../directories/object-names.js';
import { keptObjects } from '../object-state/segment-loss.js';

/**
 * Says of the segment of an object that waits to be uploaded again that the bucket does not have it, whatever was released
 * of it. To be called in the transaction that orders the upload.
 *
 * @returns false when no row names the object, or it is known to be lost
 */
export async function takeBack(manager: EntityManager, key: ObjectKey): Promise<boolean> {
  const { directory, name } = splitKey(key);
  const number = parseSegmentName(name)?.number;
  if (number === undefined) return manager.existsBy(TrackRow, { initObjectKey: key });
  const segment = await manager.findOne(SegmentRow, { where: { directory, number }, ...forUpdate(manager) });
  if (segment === null || !keptObjects(segment).some(({ objectKey }) => objectKey === key)) return false;
  await manager.update(SegmentRow, { directory, number }, { state: 'uploading', releasedAt: null });
  return true;
}
