import { Injectable } from '@nestjs/common';
import type { Readable } from 'node:stream';
import { AnswerGates } from './answer-gates.js';
import type { LentBytes } from './ports/lent-bytes.js';
import type { ObjectCopy } from './ports/object-copy.js';
import { bodyOf } from './ports/body-of.js';
import { parseObjectKey, type ObjectKey } from './ports/object-key.js';
import type { ByteRange } from '../../shared/byte-range.js';
import type { ObjectFacts, PutOptions, StorageDriver, StoredObject } from './ports/storage-driver.js';
import { Stores } from './ports/stores.js';
import { answerOf, begun, tellStall } from './remote-answer.js';
import { SpentBytes } from './spent-bytes.js';
import { InvalidObjectKeyError, ObjectNotFoundError } from './storage.errors.js';

/** Who asks what a bucket has of a directory waits with a recording: one that answers slowly is gone on without. */
const LIST_LIMIT_MS = 2_000;
/** Folder, bucket and backup. */
const MOST_COPIES = 3;

/** Finished bytes: where they lie and how they are read. The folder that is recorded into is asked before the bucket. */
@Injectable()
export class StorageService {
  constructor(
    private readonly stores: Stores,
    private readonly gates: AnswerGates,
  ) {}

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
    return this.stores.local.put(key, bodyOf(body), options);
  }

  /**
   * An object of the folder: what is recorded, and views. Buckets are not asked.
   *
   * @throws {ObjectNotFoundError}
   */
  get(key: ObjectKey): Promise<Readable> {
    return this.stores.local.get(key);
  }

  /** @returns undefined when no object of the folder has the key. Buckets are not asked */
  head(key: ObjectKey): Promise<ObjectFacts | undefined> {
    return this.stores.local.head(key);
  }

  /** The objects of the folder right in a directory, in no order. @throws {InvalidObjectKeyError} */
  list(directory: string): AsyncIterable<StoredObject> {
    return this.stores.local.list(parseObjectKey(directory));
  }

  /**
   * What buckets have right in a directory; nothing where recordings are kept in a folder.
   *
   * @throws {InvalidObjectKeyError}
   * @throws {StorageUnavailableError} also when that takes longer than a recording may wait
   */
  async listBuckets(directory: string): Promise<StoredObject[]> {
    const key = parseObjectKey(directory);
    const listings = this.buckets().map((store) => answerOf(collect(store.list(key)), LIST_LIMIT_MS));
    return (await Promise.all(listings)).flat();
  }

  /**
   * The nearest whole copy of an object. One that fails does not hide another that is there.
   *
   * @param sizeBytes which its row promises: bytes of another length are not the object
   * @returns undefined when no store has it
   * @throws {InvalidObjectKeyError} when the key leads out of the folder through a link
   * @throws {StorageUnavailableError} when a bucket that may have it does not answer
   */
  async find(key: ObjectKey, sizeBytes: number): Promise<ObjectCopy | undefined> {
    const failures: unknown[] = [];
    for (const store of [this.stores.local, ...this.buckets()]) {
      try {
        const facts = await this.answer(store, () => store.head(key));
        if (facts?.sizeBytes === sizeBytes) return { read: (range) => this.body(store, key, range) };
      } catch (error) {
        if (error instanceof InvalidObjectKeyError) throw error;
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
    return undefined;
  }

  /**
   * Reads from the nearest copy, and from the next one when that is taken away meanwhile.
   *
   * @throws {ObjectNotFoundError} when no store has the object in the length that its row promises
   * @throws {StorageUnavailableError} when a bucket that may have it does not answer
   */
  async read(key: ObjectKey, sizeBytes: number, range: ByteRange): Promise<Readable> {
    let cause: unknown;
    for (let copies = 0; copies < MOST_COPIES; copies += 1) {
      const copy = await this.find(key, sizeBytes);
      if (copy === undefined) break;
      try {
        return await copy.read(range);
      } catch (error) {
        if (!(error instanceof ObjectNotFoundError || error instanceof RangeError)) throw error;
        cause = error;
      }
    }
    throw new ObjectNotFoundError(key, { cause });
  }

  /**
   * As {@link read}, for who is done with each part when he asks for the next: what the folder has comes the shortest way.
   */
  async lend(key: ObjectKey, sizeBytes: number, range: ByteRange): Promise<LentBytes> {
    try {
      return await this.stores.local.lend(key, sizeBytes, range);
    } catch (error) {
      if (error instanceof InvalidObjectKeyError) throw error;
      return new SpentBytes(await this.read(key, sizeBytes, range));
    }
  }

  /** The folder takes as long as its disk takes; a bucket that does not answer in time is away. */
  private answer<T>(store: StorageDriver, ask: () => Promise<T>): Promise<T> {
    return store === this.stores.local ? ask() : this.gates.of(store).through(ask);
  }

  private async body(store: StorageDriver, key: ObjectKey, range: ByteRange): Promise<Readable> {
    if (store === this.stores.local) return store.get(key, range);
    const gate = this.gates.ofBodies(store);
    const body = await gate.through(async () => begun(await store.get(key, range)));
    tellStall(body, (silentMs) => gate.stalled(silentMs));
    return body;
  }

  private buckets(): StorageDriver[] {
    const { bucket, backup } = this.stores;
    return [bucket, backup].filter((store) => store !== undefined);
  }
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}
