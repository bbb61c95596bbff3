import { Injectable } from '@nestjs/common';
import type { Readable } from 'node:stream';
import type { ObjectKey } from './ports/object-key.js';
import type { ByteRange, StoredObject } from './ports/storage-driver.js';

/** Finished bytes: where they lie and how they are read. */
@Injectable()
export abstract class StorageService {
  /** Absolute path of the folder that the engine records into and that keys are relative to there. */
  abstract readonly localRoot: string;
  /** Bytes that an ordinary user may still write on the disk of `localRoot`. */
  abstract freeBytes(): Promise<number>;
  /** Replaces the object atomically. */
  abstract put(key: ObjectKey, body: AsyncIterable<Uint8Array>): Promise<StoredObject>;
  /** @throws ObjectNotFoundError */
  abstract get(key: ObjectKey, range?: ByteRange): Promise<Readable>;
  abstract head(key: ObjectKey): Promise<StoredObject | undefined>;
  abstract list(directory: string): AsyncIterable<StoredObject>;
  abstract delete(key: ObjectKey): Promise<void>;
}
