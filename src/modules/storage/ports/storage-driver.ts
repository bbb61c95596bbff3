import type { Readable } from 'node:stream';
import type { ByteRange } from '../../../shared/byte-range.js';
import type { LentBytes } from './lent-bytes.js';
import type { ObjectKey } from './object-key.js';

/** Checksums of a whole object, those that the store knows: lower-case hexadecimal, CRC-64 (ECMA-182) as a decimal number. */
export interface ObjectChecksums {
  readonly md5?: string | undefined;
  readonly sha256?: string | undefined;
  readonly crc64?: string | undefined;
}

export interface StoredObject {
  readonly key: ObjectKey;
  readonly sizeBytes: number;
}

/** An object as its store knows it. */
export interface ObjectFacts extends StoredObject {
  readonly modifiedAt: Date;
  readonly checksums: ObjectChecksums;
  /** SHA-256 that came with the object, where the store keeps it: tells who put it, not that it is whole. */
  readonly claimedSha256?: string | undefined;
}

export interface PutOptions {
  /**
   * Whether the object must survive a power cut once `put` has returned, which is the default. Without it the object is
   * still whole or not there: enough for views that are made again from the index.
   */
  readonly isDurable?: boolean;
  /** Media type that the store gives out with the object. */
  readonly contentType?: string | undefined;
  /** Length of the body where it is known before: a bucket takes it in one request then, in parts only when it is large. */
  readonly sizeBytes?: number | undefined;
  /** Sent along for the store to check and keep, where it can. */
  readonly checksums?: ObjectChecksums | undefined;
  /** Refuses to replace an object that is there: media and inits are never overwritten. */
  readonly onlyIfAbsent?: boolean | undefined;
}

export interface PresignInput {
  readonly method: 'GET' | 'PUT';
  readonly key: ObjectKey;
  readonly lifetimeSeconds: number;
}

/** A request that whoever has it may make, without credentials of his own, until it expires. */
export interface PresignedRequest {
  readonly url: string;
  /** To be sent with it. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Keeps objects under checked keys: whole or not at all. */
export abstract class StorageDriver {
  /**
   * Stores or replaces the object atomically: readers see the old bytes or the new ones. The body is read once and never
   * kept whole in memory.
   *
   * @returns what the store says that it has now; without checksums where it was not asked
   * @throws {ObjectExistsError} with `onlyIfAbsent`
   * @throws {StorageUnavailableError} when the store cannot be reached or refuses
   */
  abstract put(key: ObjectKey, body: AsyncIterable<Uint8Array>, options?: PutOptions): Promise<StoredObject>;

  /**
   * @param range must lie inside the object
   * @throws {ObjectNotFoundError}
   * @throws {RangeError} when the range does not lie inside the object
   * @throws {StorageUnavailableError}
   */
  abstract get(key: ObjectKey, range?: ByteRange): Promise<Readable>;

  /**
   * @returns undefined when no object has the key
   * @throws {StorageUnavailableError}
   */
  abstract head(key: ObjectKey): Promise<ObjectFacts | undefined>;

  /** The objects right in a directory, in no order, page by page; nothing when there is no such directory. */
  abstract list(directory: ObjectKey): AsyncIterable<StoredObject>;

  /** Every object below a directory, or all there are, in no order, page by page. */
  abstract walk(directory?: ObjectKey): AsyncIterable<StoredObject>;

  /** Absent objects are deleted already. */
  abstract delete(key: ObjectKey): Promise<void>;

  /**
   * Deletes many with few requests. Absent objects are deleted already.
   *
   * @returns why some could not be deleted, by key; empty when none of them is left
   * @throws {StorageUnavailableError} when the store does not answer, or refuses every one
   */
  abstract deleteAll(keys: readonly ObjectKey[]): Promise<ReadonlyMap<ObjectKey, Error>>;

  /** @throws {PresignUnsupportedError} */
  abstract presign(input: PresignInput): Promise<PresignedRequest>;

  /**
   * Writes, reads and deletes a small object.
   *
   * @throws {StorageUnavailableError} which says what is wrong: key, bucket, clock, address
   */
  abstract probe(): Promise<void>;

  /**
   * Makes sure that what is kept here is this database's, where that can be told: nobody else deletes or replaces it.
   *
   * @throws {StorageForeignError | StorageMarkMissingError | StorageUnavailableError}
   */
  assertOwned(): Promise<void> {
    return Promise.resolve();
  }
}

/** Objects that are files which the engine writes and players read on the same machine. */
export interface LocalStorage extends StorageDriver {
  /** Absolute path of the folder that the engine records into and whose files are the objects. */
  readonly localRoot: string;

  /**
   * Reads of an object that has this length, with fewer ways to the disk than `head` and `get` take.
   *
   * @throws {ObjectNotFoundError} also when it has another length
   * @throws {RangeError} when the range does not lie inside the object
   */
  lend(key: ObjectKey, sizeBytes: number, range: ByteRange): Promise<LentBytes>;

  /** What an ordinary user may still write. */
  freeBytes(): Promise<number>;

  /**
   * Makes sure that what is not in the folder is gone, and not only away with its disk.
   *
   * @throws when another folder, or none, is in the place of the one that was there at first
   */
  assertSameFolder(): Promise<void>;
}

/** A kind of storage. One file each, listed in `drivers/index.ts`. */
export interface StorageDriverDefinition<Options extends { readonly type: string }> {
  readonly type: Options['type'];
  create(options: Options): StorageDriver;
}
