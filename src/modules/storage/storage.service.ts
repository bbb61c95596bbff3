import { Injectable } from '@nestjs/common';
import type { Readable } from 'node:stream';
import { parseObjectKey, type ObjectKey } from './ports/object-key.js';
import { StorageDriver, type ByteRange, type PutOptions, type StoredObject } from './ports/storage-driver.js';

/** Finished bytes: where they lie and how they are read. */
@Injectable()
export class StorageService {
  constructor(private readonly driver: StorageDriver) {}

  /** Absolute path of the folder that the engine records into and that keys are relative to there. */
  get localRoot(): string {
    return this.driver.localRoot;
  }

  /** What an ordinary user may still write on the disk of `localRoot`. */
  freeBytes(): Promise<number> {
    return this.driver.freeBytes();
  }

  /** Stores or replaces an object atomically. */
  put(key: ObjectKey, body: Uint8Array, options?: PutOptions): Promise<StoredObject> {
    return this.driver.put(key, once(body), options);
  }

  /**
   * @throws {ObjectNotFoundError}
   * @throws {RangeError} when the range does not lie inside the object
   */
  get(key: ObjectKey, range?: ByteRange): Promise<Readable> {
    return this.driver.get(key, range);
  }

  /** @returns undefined when no object has the key */
  head(key: ObjectKey): Promise<StoredObject | undefined> {
    return this.driver.head(key);
  }

  /**
   * The objects right in a directory, in no order.
   *
   * @throws {InvalidObjectKeyError}
   */
  list(directory: string): AsyncIterable<StoredObject> {
    return this.driver.list(parseObjectKey(directory));
  }

  /** Absent objects are deleted already. */
  delete(key: ObjectKey): Promise<void> {
    return this.driver.delete(key);
  }
}

// eslint-disable-next-line @typescript-eslint/require-await -- drivers take bodies as they come, this one is all here
async function* once(body: Uint8Array): AsyncIterable<Uint8Array> {
  yield body;
}
