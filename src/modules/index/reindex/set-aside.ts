import type { StorageDriver } from '../../storage/ports/storage-driver.js';
import { parseObjectKey, type ObjectKey } from '../../storage/ports/object-key.js';

/**
 * Gives a file another name, so that nothing takes it for what its name says. For the folder alone: what a bucket has may
 * be somebody else's.
 *
 * @returns the new name
 */
export async function setAside(store: StorageDriver, key: ObjectKey): Promise<ObjectKey> {
  let aside = parseObjectKey(`${key}.quarantined`);
  for (let copy = 2; (await store.head(aside)) !== undefined; copy++) {
    aside = parseObjectKey(`${key}.quarantined-${String(copy)}`);
  }
  await store.put(aside, await store.get(key), { onlyIfAbsent: true });
  await store.delete(key);
  return aside;
}
