import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { LentBytes } from '../ports/lent-bytes.js';
import type { ObjectKey } from '../ports/object-key.js';
import type { ByteRange } from '../../../shared/byte-range.js';
import {
  StorageDriver,
  type LocalStorage,
  type ObjectFacts,
  type PresignedRequest,
  type PresignInput,
  type PutOptions,
  type StoredObject,
} from '../ports/storage-driver.js';
import { ObjectExistsError, ObjectNotFoundError, PresignUnsupportedError } from '../storage.errors.js';

interface KeptObject {
  readonly bytes: Buffer;
  readonly modifiedAt: Date;
  readonly claimedSha256: string | undefined;
}

/** Objects in memory, for tests of what lies above a driver. */
export class MemoryStorageDriver extends StorageDriver implements LocalStorage {
  readonly localRoot = '/nowhere';
  private readonly objects = new Map<ObjectKey, KeptObject>();

  async put(key: ObjectKey, body: AsyncIterable<Uint8Array>, options: PutOptions = {}): Promise<StoredObject> {
    const parts: Uint8Array[] = [];
    for await (const part of body) parts.push(part);
    if (options.onlyIfAbsent === true && this.objects.has(key)) throw new ObjectExistsError(key);
    const bytes = Buffer.concat(parts);
    this.objects.set(key, { bytes, modifiedAt: new Date(), claimedSha256: options.checksums?.sha256 });
    return { key, sizeBytes: bytes.length };
  }

  get(key: ObjectKey, range?: ByteRange): Promise<Readable> {
    const bytes = this.objects.get(key)?.bytes;
    if (bytes === undefined) return Promise.reject(new ObjectNotFoundError(key));
    if (range === undefined) return Promise.resolve(Readable.from([bytes]));
    if (range.start < 0 || range.end < range.start || range.end >= bytes.length) {
      return Promise.reject(new RangeError(`Bytes ${String(range.start)} to ${String(range.end)} are not in ${key}.`));
    }
    return Promise.resolve(Readable.from([bytes.subarray(range.start, range.end + 1)]));
  }

  lend(key: ObjectKey, sizeBytes: number, range: ByteRange): Promise<LentBytes> {
    const isWhole = this.objects.get(key)?.bytes.length === sizeBytes;
    return isWhole ? this.get(key, range) : Promise.reject(new ObjectNotFoundError(key));
  }

  head(key: ObjectKey): Promise<ObjectFacts | undefined> {
    const kept = this.objects.get(key);
    if (kept === undefined) return Promise.resolve(undefined);
    const { bytes, modifiedAt, claimedSha256 } = kept;
    const checksums = { md5: digest('md5', bytes), sha256: digest('sha256', bytes) };
    return Promise.resolve({ key, sizeBytes: bytes.length, modifiedAt, checksums, claimedSha256 });
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- the port lists asynchronously, a map need not
  async *list(directory: ObjectKey): AsyncIterable<StoredObject> {
    for (const [key, { bytes }] of this.objects) {
      if (key.slice(0, key.lastIndexOf('/')) === directory) yield { key, sizeBytes: bytes.length };
    }
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- the port lists asynchronously, a map need not
  async *walk(directory?: ObjectKey): AsyncIterable<StoredObject> {
    for (const [key, { bytes }] of this.objects) {
      if (directory === undefined || key.startsWith(`${directory}/`)) yield { key, sizeBytes: bytes.length };
    }
  }

  delete(key: ObjectKey): Promise<void> {
    this.objects.delete(key);
    return Promise.resolve();
  }

  deleteAll(keys: readonly ObjectKey[]): Promise<ReadonlyMap<ObjectKey, Error>> {
    for (const key of keys) this.objects.delete(key);
    return Promise.resolve(new Map());
  }

  presign(_input: PresignInput): Promise<PresignedRequest> {
    return Promise.reject(new PresignUnsupportedError());
  }

  probe(): Promise<void> {
    return Promise.resolve();
  }

  freeBytes(): Promise<number> {
    return Promise.resolve(Number.MAX_SAFE_INTEGER);
  }

  assertSameFolder(): Promise<void> {
    return Promise.resolve();
  }
}

function digest(algorithm: string, bytes: Buffer): string {
  return createHash(algorithm).update(bytes).digest('hex');
}
