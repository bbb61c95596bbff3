import type { StorePlace } from '../../storage/ownership.service.js';
import { StorageForeignError, StorageMarkMissingError } from '../../storage/storage.errors.js';
import type { Archive } from '../archive/archive.js';

/**
 * Storages that a reindex marks as this database's.
 *
 * @throws {StorageForeignError} when one is another database's, unless it is to be adopted
 * @throws {StorageMarkMissingError} when one is not what the rows are about, unless it is to be adopted or may be empty
 */
export async function findUnowned(
  { ownership }: Archive,
  { evenIfEmpty, adopt }: { readonly evenIfEmpty: boolean; readonly adopt: boolean },
): Promise<StorePlace[]> {
  const unowned: StorePlace[] = [];
  for (const place of ownership.places) {
    const belonging = await ownership.look(place);
    if (belonging === 'foreign' && !adopt) throw new StorageForeignError();
    if (belonging === 'missing' && !adopt && !evenIfEmpty) throw new StorageMarkMissingError();
    if (belonging !== 'own') unowned.push(place);
  }
  return unowned;
}
