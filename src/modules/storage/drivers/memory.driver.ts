import { Readable } from 'node:stream';
import type { ObjectKey } from '../ports/object-key.js';
import { StorageDriver, type ByteRange, type StoredObject } from '../ports/storage-driver.js';
import { ObjectNotFoundError } from '../storage.errors.js';

/** Objects in memory, for tests of what lies above a driver. */
export class MemoryStorageDriver extends StorageDriver {
  readonly localRoot = '/nowhere';
  private readonly objects = new Map<ObjectKey, Buffer>();

  async put(key: ObjectKey, body: AsyncIterable<Uint8Array>): Promise<StoredObject> {
    const parts: Uint8Array[] = [];
    for await (const part of body) parts.push(part);
    const bytes = Buffer.concat(parts);
    this.objects.set(key, bytes);
    return { key, sizeBytes: bytes.length };
  }

  get(key: ObjectKey, range?: ByteRange): Promise<Readable> {
    const bytes = this.objects.get(key);
    if (bytes === undefined) return Promise.reject(new ObjectNotFoundError(key));
    if (range === undefined) return Promise.resolve(Readable.from([bytes]));
    if (range.start < 0 || range.end < range.start || range.end >= bytes.length) {
      return Promise.reject(new RangeError(`Bytes ${String(range.start)} to ${String(range.end)} are not in ${key}.`));
    }
    return Promise.resolve(Readable.from([bytes.subarray(range.start, range.end + 1)]));
  }

  head(key: ObjectKey): Promise<StoredObject | undefined> {
    const bytes = this.objects.get(key);
    return Promise.resolve(bytes && { key, sizeBytes: bytes.length });
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- the port lists asynchronously, a map need not
  async *list(directory: ObjectKey): AsyncIterable<StoredObject> {
    for (const [key, bytes] of this.objects) {
      if (key.slice(0, key.lastIndexOf('/')) === directory) yield { key, sizeBytes: bytes.length };
    }
  }

  delete(key: ObjectKey): Promise<void> {
    this.objects.delete(key);
    return Promise.resolve();
  }

  freeBytes(): Promise<number> {
    return Promise.resolve(Number.MAX_SAFE_INTEGER);
  }
}
