import { Readable } from 'node:stream';
import { MemoryStorageDriver } from '../../../src/modules/storage/drivers/memory.driver.js';
import type { ObjectKey } from '../../../src/modules/storage/ports/object-key.js';
import type { ObjectFacts, PutOptions, StoredObject } from '../../../src/modules/storage/ports/storage-driver.js';
import { StorageUnavailableError } from '../../../src/modules/storage/storage.errors.js';

/** A bucket in memory that fails, waits and lies as it is told, and remembers what was asked of it. */
export class TroubledBucket extends MemoryStorageDriver {
  /** Nothing gets an answer while it is true. */
  isAway = false;
  /** Puts that fail before one goes well. */
  failures = 0;
  /** Puts that are answered as if they had been done, with nothing or with other bytes stored. */
  lie: 'nothing' | 'other-bytes' | undefined;
  /** Says nothing but the size of what it has. */
  hasChecksums = true;
  private held: Promise<void> | undefined;
  /** Deletions that fail before one goes well. */
  deletionFailures = 0;
  /** Refused where others are deleted. */
  readonly undeletable = new Set<ObjectKey>();
  /** How many each was about. */
  readonly deletionRequests: number[] = [];
  readonly begun: ObjectKey[] = [];
  readonly done: ObjectKey[] = [];
  readonly deleted: ObjectKey[] = [];
  mostSideBySide = 0;
  private readonly underWay: ObjectKey[] = [];

  /** True when two puts of one object were ever under way together. */
  wasDoubled = false;

  /** Puts that begin from now on wait. @returns lets them go on */
  hold(): () => void {
    let goOn = (): void => undefined;
    this.held = new Promise((resolve) => {
      goOn = resolve;
    });
    return () => {
      this.held = undefined;
      goOn();
    };
  }

  override async put(key: ObjectKey, body: AsyncIterable<Uint8Array>, options?: PutOptions): Promise<StoredObject> {
    this.begun.push(key);
    this.wasDoubled ||= this.underWay.includes(key);
    this.underWay.push(key);
    this.mostSideBySide = Math.max(this.mostSideBySide, this.underWay.length);
    try {
      await this.held;
      return await this.tryPut(key, body, options);
    } finally {
      this.underWay.splice(this.underWay.indexOf(key), 1);
    }
  }

  override async head(key: ObjectKey): Promise<ObjectFacts | undefined> {
    this.answer();
    const facts = await super.head(key);
    return facts && (this.hasChecksums ? facts : { ...facts, checksums: {} });
  }

  override delete(key: ObjectKey): Promise<void> {
    this.answer();
    if (this.deletionFailures > 0) {
      this.deletionFailures -= 1;
      throw new StorageUnavailableError('access-denied', 'it was told to fail.');
    }
    this.deleted.push(key);
    return super.delete(key);
  }

  override async deleteAll(keys: readonly ObjectKey[]): Promise<ReadonlyMap<ObjectKey, Error>> {
    this.answer();
    this.deletionRequests.push(keys.length);
    await this.held;
    const refused = keys.filter((key) => this.undeletable.has(key));
    const deleted = keys.filter((key) => !this.undeletable.has(key));
    this.deleted.push(...deleted);
    await super.deleteAll(deleted);
    return new Map(refused.map((key) => [key, new StorageUnavailableError('access-denied', 'not this one.')]));
  }

  private async tryPut(key: ObjectKey, body: AsyncIterable<Uint8Array>, options?: PutOptions): Promise<StoredObject> {
    this.answer();
    if (this.failures > 0) {
      this.failures -= 1;
      throw new StorageUnavailableError('overloaded', 'it was told to fail.');
    }
    if (this.lie !== undefined) return this.pretend(key, body);
    const stored = await super.put(key, body, options);
    this.done.push(key);
    return stored;
  }

  private async pretend(key: ObjectKey, body: AsyncIterable<Uint8Array>): Promise<StoredObject> {
    const parts: Uint8Array[] = [];
    for await (const part of body) parts.push(part);
    const bytes = Buffer.concat(parts);
    if (this.lie === 'other-bytes') await super.put(key, Readable.from([Buffer.alloc(bytes.length)]));
    return { key, sizeBytes: bytes.length };
  }

  private answer(): void {
    if (this.isAway) throw new StorageUnavailableError('unreachable', 'it is away.');
  }
}
