import { isDeepStrictEqual } from 'node:util';
import { IsNull, Not, type EntityManager } from 'typeorm';
import { forUpdate } from '../../../persistence/row-locks.js';
import type { OutboxService } from '../../storage/outbox.service.js';
import { parseObjectKey, type ObjectKey } from '../../storage/ports/object-key.js';
import { rememberLoss } from '../deletion/gone-segments.js';
import { SegmentRow, TrackRow } from '../entities/index.js';
import { parseSegmentName, splitKey } from '../directories/object-names.js';
import { markChanged } from '../sessions/session-changes.js';
import { lossColumns, lostTracksOf } from './segment-loss.js';

/**
 * Says in the rows that the bytes of an object are nowhere, or that the bucket has them. What else its segment has stays
 * what it is; without an init, which nothing can make again, its track cannot be played. To be called in the transaction
 * that ends the upload.
 *
 * @returns whether the views of the directory say something else now
 */
export async function markObject(
  manager: EntityManager,
  outbox: OutboxService,
  key: ObjectKey,
  isLost: boolean,
): Promise<boolean> {
  const { directory, name } = splitKey(key);
  const number = parseSegmentName(name)?.number;
  const sessionIds =
    number === undefined
      ? await markInit(manager, key, isLost)
      : await markInSegment(manager, outbox, { key, directory, number }, isLost);
  await markChanged(manager, sessionIds);
  return sessionIds.length > 0;
}

async function markInSegment(
  manager: EntityManager,
  outbox: OutboxService,
  { key, directory, number }: { readonly key: ObjectKey; readonly directory: string; readonly number: number },
  isLost: boolean,
): Promise<string[]> {
  // Of two objects of a segment whose uploads end at the same time the second has to see what became of the first.
  const segment = await manager.findOne(SegmentRow, { where: { directory, number }, ...forUpdate(manager) });
  const object = segment?.objects.find(({ objectKey }) => objectKey === key);
  if (segment === null || object === undefined) return [];
  const { state, objects, lostTracks, lostBytes, sessionId } = segment;
  const before = lostTracksOf(segment);
  const others = before.filter((trackId) => trackId !== object.trackId);
  const lost = new Set(isLost ? [...others, object.trackId] : others);
  const waiting = state === 'lost' ? 'uploading' : state;
  const columns = lossColumns(objects, lost, (await isUploading(manager, outbox, objects, lost)) ? waiting : 'stored');
  if (!isDeepStrictEqual(columns, { state, lostTracks, lostBytes })) {
    await manager.update(SegmentRow, { directory, number }, columns);
  }
  await rememberLoss(manager, segment, { before: state, now: columns.state });
  return lost.size === before.length ? [] : [sessionId];
}

async function isUploading(
  manager: EntityManager,
  outbox: OutboxService,
  objects: SegmentRow['objects'],
  lost: ReadonlySet<string>,
): Promise<boolean> {
  for (const { objectKey, trackId } of objects) {
    if (!lost.has(trackId) && (await outbox.isUploading(manager, parseObjectKey(objectKey)))) return true;
  }
  return false;
}

/** @returns the sessions whose tracks name it */
async function markInit(manager: EntityManager, initObjectKey: ObjectKey, isLost: boolean): Promise<string[]> {
  const unmarked = { initObjectKey, lostAt: isLost ? IsNull() : Not(IsNull()) };
  const tracks = await manager.findBy(TrackRow, unmarked);
  if (tracks.length > 0) await manager.update(TrackRow, unmarked, { lostAt: isLost ? new Date() : null });
  return tracks.map(({ sessionId }) => sessionId);
}
