import { MARK_KEY, type Belonging } from '../../storage/ownership.service.js';
import { StorageForeignError, StorageMarkMissingError } from '../../storage/storage.errors.js';
import type { Archive, RemoteStore } from '../archive/archive.js';
import { assertStoragePresent } from '../archive/storage-presence.js';
import type { FindingKind } from './finding.js';
import type { Findings } from './findings.js';
import type { FsckOptions } from './fsck-options.js';
import { withoutStores } from './stores-that-answer.js';

/**
 * Whose the stores are, before anything in them is judged.
 *
 * @returns the archive without the buckets that are another database's; undefined when the folder is
 * @throws {StorageForeignError | StorageMarkMissingError} when such a store is to be repaired
 * @throws {StorageEmptyError}
 */
export async function checkOwners(
  archive: Archive,
  { adopt = false, repair, evenIfEmpty = false }: FsckOptions,
  findings: Findings,
): Promise<Archive | undefined> {
  const { ownership } = archive;
  const foreign = new Map<RemoteStore, string>();
  for (const place of ownership.places) {
    if (place !== 'folder' && archive.away?.has(place) === true) continue;
    const belonging = await ownership.look(place);
    const isGone = belonging === 'missing' && evenIfEmpty && repair;
    if (adopt || isGone) {
      if (belonging !== 'own') await ownership.adopt(place);
      continue;
    }
    const error = errorOf(belonging);
    if (error === undefined) continue;
    await findings.add({ kind: kindOf(belonging), key: MARK_KEY, message: `The ${place}: ${error.message}` });
    await findings.confirm(() => Promise.resolve());
    if (belonging === 'missing' && !evenIfEmpty) await assertStoragePresent(archive);
    if (repair) throw error;
    if (belonging === 'missing') continue;
    if (place === 'folder') return undefined;
    foreign.set(place, error.message);
  }
  return withoutStores(archive, foreign);
}

function errorOf(belonging: Belonging): StorageForeignError | StorageMarkMissingError | undefined {
  if (belonging === 'foreign') return new StorageForeignError();
  return belonging === 'missing' ? new StorageMarkMissingError() : undefined;
}

function kindOf(belonging: Belonging): FindingKind {
  return belonging === 'foreign' ? 'storage-foreign' : 'storage-mark-missing';
}
