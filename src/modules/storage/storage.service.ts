import { Injectable } from '@nestjs/common';
import type { Readable } from 'node:stream';
import { parseObjectKey, type ObjectKey } from './ports/object-key.js';
import type { ByteRange, ObjectFacts, PutOptions, StorageDriver, StoredObject } from './ports/storage-driver.js';
import { Stores } from './ports/stores.js';
import { ObjectNotFoundError } from './storage.errors.js';

/** Finished bytes: where they lie and how they are read. The folder that is recorded into is asked before the bucket. */
@Injectable()
export class StorageService {
  constructor(private readonly stores: Stores) {}

  /** Absolute path of the folder that the engine records into and that keys are relative to there. */
  get localRoot(): string {
    return this.stores.local.localRoot;
  }

  /** What an ordinary user may still write on the disk of `localRoot`. */
  freeBytes(): Promise<number> {
    return this.stores.local.freeBytes();
  }

  /** Stores or replaces an object atomically, in the folder. What has to reach the bucket is told to the outbox. */
  put(key: ObjectKey, body: Uint8Array, options?: PutOptions): Promise<StoredObject> {
    return this.stores.local.put(key, once(body), options);
  }

  /**
   * @throws {ObjectNotFoundError}
   * @throws {RangeError} when the range does not lie inside the object
   * @throws {StorageUnavailableError}
   */
  async get(key: ObjectKey, range?: ByteRange): Promise<Readable> {
    for (const store of this.places()) {
      try {
        return await store.get(key, range);
      } catch (error) {
        if (!(error instanceof ObjectNotFoundError)) throw error;
      }
    }
    throw new ObjectNotFoundError(key);
  }

  /**
   * @returns undefined when no object has the key
   * @throws {StorageUnavailableError}
   */
  async head(key: ObjectKey): Promise<ObjectFacts | undefined> {
    for (const store of this.places()) {
      const facts = await store.head(key);
      if (facts !== undefined) return facts;
    }
    return undefined;
  }

  /**
   * The objects right in a directory, in no order, each once wherever it lies.
   *
   * @throws {InvalidObjectKeyError}
   * @throws {StorageUnavailableError}
   */
  async *list(directory: string): AsyncIterable<StoredObject> {
    const key = parseObjectKey(directory);
    const seen = new Set<ObjectKey>();
    for (const store of this.places()) {
      for await (const object of store.list(key)) {
        if (!seen.has(object.key)) yield object;
        seen.add(object.key);
      }
    }
  }

  private places(): StorageDriver[] {
    const { local, bucket, backup } = this.stores;
    return [local, bucket, backup].filter((store) => store !== undefined);
  }
}

// eslint-disable-next-line @typescript-eslint/require-await -- drivers take bodies as they come, this one is all here
async function* once(body: Uint8Array): AsyncIterable<Uint8Array> {
  yield body;
}
