import { buffer } from 'node:stream/consumers';
import type { ObjectKey } from '../../storage/ports/object-key.js';
import { storesOf, type Archive } from '../archive/archive.js';
import { splitKey } from '../directories/object-names.js';
import { readSessionFile, type SessionFileRows } from './session-file-rows.js';

/**
 * @returns the session file from the first store where it can be read; `unreadable` when a store has something under the
 *   key, and none a session file
 */
export async function findSessionFile(
  { stores }: Pick<Archive, 'stores'>,
  key: ObjectKey,
): Promise<SessionFileRows | 'unreadable' | undefined> {
  let isThere = false;
  for (const store of storesOf(stores)) {
    if ((await store.head(key)) === undefined) continue;
    isThere = true;
    const file = readSessionFile(await buffer(await store.get(key)), splitKey(key).directory);
    if (file !== undefined) return file;
  }
  return isThere ? 'unreadable' : undefined;
}
