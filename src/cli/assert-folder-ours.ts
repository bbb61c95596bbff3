import { mainStorageOf, type AppConfig } from '../config/index.js';
import type { OwnershipService } from '../modules/storage/ownership.service.js';
import { StorageForeignError, StorageMarkMissingError } from '../modules/storage/storage.errors.js';
import { DataUnusableError } from './data-unusable.error.js';

/**
 * Recordings are not made in a folder that is another database's, or whose disk is not there. A bucket keeps nobody from
 * recording: it is looked at before it is written to.
 *
 * @throws {DataUnusableError}
 */
export async function assertFolderOurs(ownership: OwnershipService, { recorder }: AppConfig): Promise<void> {
  const storage = mainStorageOf(recorder);
  if (storage?.type !== 'fs') return;
  const place = { key: 'recorder.storage.root', value: storage.root };
  try {
    await ownership.assertOurs('folder');
  } catch (error) {
    throw new DataUnusableError(place, reasonOf(error), { cause: error });
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof StorageForeignError) {
    return 'which has the mark (.aircheck-storage.json) of another database; it must be a folder of its own, or one that "aircheck reindex" (into an empty database) or "aircheck fsck --adopt" has taken over';
  }
  if (error instanceof StorageMarkMissingError) {
    return 'which is to have recordings and has no mark (.aircheck-storage.json); its disk must be mounted, or "aircheck fsck --adopt" says that this is the folder';
  }
  return `whose mark (.aircheck-storage.json) cannot be read or written (${error instanceof Error ? error.message : String(error)})`;
}
