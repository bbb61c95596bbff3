import { IsNull, Not, type EntityManager } from 'typeorm';
import type { StorageDriver } from '../../storage/ports/storage-driver.js';
import type { Archive } from './archive.js';
import { RecordingSession, SegmentRow, TrackRow } from '../entities/index.js';
import { parseInitName, parseSegmentName, parseSessionFileName, splitKey } from '../directories/object-names.js';

/** A place has nothing at all of what only it is to have: rather is it not the place than that everything was deleted. */
export class StorageEmptyError extends Error {
  override readonly name = 'StorageEmptyError';

  constructor(place: string, segments: number, question: string) {
    super(
      `${place} has none of the ${String(segments)} segments that the index knows to be there: ${question} Nothing was changed; --even-if-empty goes on all the same.`,
    );
  }
}

/**
 * Makes sure that the folder and the bucket are those that the rows are about, as far as that can be seen: of the segments
 * that have bytes nowhere else at least something is there. A store that does not answer is not judged.
 *
 * @throws {StorageEmptyError}
 * @throws {StorageUnavailableError}
 */
export async function assertStoragePresent({ dataSource, stores, away }: Archive): Promise<void> {
  const { manager } = dataSource;
  const { local } = stores;
  const here = await manager.countBy(SegmentRow, [{ state: 'local' }, { state: 'uploading' }]);
  if (here > 0 && !(await hasAny(manager, [local]))) {
    throw new StorageEmptyError(local.localRoot, here, 'is it mounted?');
  }
  if ((away?.size ?? 0) > 0) return;
  const remote = [stores.bucket, stores.backup].filter((store) => store !== undefined);
  const released = await manager.countBy(SegmentRow, { state: 'stored', releasedAt: Not(IsNull()) });
  if (released === 0 || (await hasAny(manager, remote.length === 0 ? [local] : remote))) return;
  throw new StorageEmptyError('The bucket', released, 'is it the right one?');
}

/** Mostly the first object tells. */
async function hasAny(manager: EntityManager, stores: readonly StorageDriver[]): Promise<boolean> {
  for (const store of stores) {
    for await (const { key } of store.walk()) if (await isKnown(manager, key)) return true;
  }
  return false;
}

async function isKnown(manager: EntityManager, key: string): Promise<boolean> {
  const { directory, name } = splitKey(key);
  const number = parseSegmentName(name)?.number;
  if (number !== undefined) return manager.existsBy(SegmentRow, { directory, number });
  if (parseInitName(name) !== undefined) return manager.existsBy(TrackRow, { initObjectKey: key });
  const id = parseSessionFileName(name);
  return id !== undefined && manager.existsBy(RecordingSession, { id });
}
