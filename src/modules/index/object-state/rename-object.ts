import type { EntityManager } from 'typeorm';
import { forUpdate } from '../../../persistence/row-locks.js';
import { plainKey } from '../../storage/ports/object-key.js';
import { SegmentRow, TrackRow } from '../entities/index.js';
import { parseSegmentName, splitKey } from '../directories/object-names.js';
import { markChanged } from '../sessions/session-changes.js';

/**
 * Gives an object another key in its rows; its number, times and bytes stay. To be called in a transaction.
 *
 * @returns false when no row names it
 */
export async function renameObject(manager: EntityManager, key: string, newKey: string): Promise<boolean> {
  const { directory, name } = splitKey(key);
  const number = parseSegmentName(name)?.number;
  const sessionIds =
    number === undefined
      ? await renameInit(manager, key, newKey)
      : await renameInSegment(manager, { directory, number }, key, newKey);
  await markChanged(manager, sessionIds);
  return sessionIds.length > 0;
}

async function renameInSegment(
  manager: EntityManager,
  place: Pick<SegmentRow, 'directory' | 'number'>,
  key: string,
  newKey: string,
): Promise<string[]> {
  const row = await manager.findOne(SegmentRow, { where: place, ...forUpdate(manager) });
  if (row?.objects.some(({ objectKey }) => objectKey === key) !== true) return [];
  const objects = row.objects.map((object) => (object.objectKey === key ? { ...object, objectKey: newKey } : object));
  await manager.update(SegmentRow, place, { objects });
  return [row.sessionId];
}

async function renameInit(manager: EntityManager, key: string, newKey: string): Promise<string[]> {
  const tracks = await manager.findBy(TrackRow, { initObjectKey: key });
  if (tracks.length > 0) await manager.update(TrackRow, { initObjectKey: key }, { initObjectKey: newKey });
  return tracks.map(({ sessionId }) => sessionId);
}

/**
 * What an object that was told of under its plain key is called now. The recording that wrote it does not learn of another
 * one, and tells of it again after a crash.
 *
 * @returns the plain key where no init of the same bytes has another
 */
export async function currentInitKey(
  manager: EntityManager,
  directory: string,
  key: string,
  initSha256: string,
): Promise<string> {
  const alike = await manager.findBy(TrackRow, { directory, initSha256 });
  return alike.find(({ initObjectKey }) => plainKey(initObjectKey) === key)?.initObjectKey ?? key;
}
