import type { Readable } from 'node:stream';
import type { ObjectKey } from './object-key.js';

export interface StoredObject {
  readonly key: ObjectKey;
  readonly sizeBytes: number;
}

/** Bytes `start` to `end`, both included, counted from 0. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface PutOptions {
  /**
   * Whether the object must survive a power cut once `put` has returned, which is the default. Without it the object is
   * still whole or not there: enough for views that are made again from the index.
   */
  readonly isDurable?: boolean;
}

/** Keeps objects under checked keys: whole or not at all. */
export abstract class StorageDriver {
  /** Absolute path of the folder that the engine records into and whose files are the objects. */
  abstract readonly localRoot: string;

  /** Stores or replaces the object atomically: readers see the old bytes or the new ones. */
  abstract put(key: ObjectKey, body: AsyncIterable<Uint8Array>, options?: PutOptions): Promise<StoredObject>;

  /**
   * @param range must lie inside the object
   * @throws {ObjectNotFoundError}
   * @throws {RangeError} when the range does not lie inside the object
   */
  abstract get(key: ObjectKey, range?: ByteRange): Promise<Readable>;

  /** @returns undefined when no object has the key */
  abstract head(key: ObjectKey): Promise<StoredObject | undefined>;

  /** The objects right in a directory, in no order; nothing when there is no such directory. */
  abstract list(directory: ObjectKey): AsyncIterable<StoredObject>;

  /** Absent objects are deleted already. */
  abstract delete(key: ObjectKey): Promise<void>;

  /** What an ordinary user may still write. */
  abstract freeBytes(): Promise<number>;
}

/** A kind of storage. One file each, listed in `drivers/index.ts`. */
export interface StorageDriverDefinition<Options extends { readonly type: string }> {
  readonly type: Options['type'];
  create(options: Options): StorageDriver;
}
