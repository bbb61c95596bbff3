import type { StoredObject } from '../../src/modules/storage/ports/storage-driver.js';

/** Keys of what a driver lists, sorted: stores list in orders of their own. */
export async function keysOf(objects: AsyncIterable<StoredObject>): Promise<string[]> {
  const keys: string[] = [];
  for await (const object of objects) keys.push(object.key);
  return keys.sort();
}
