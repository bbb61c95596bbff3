import type { Readable } from 'node:stream';
import type { ObjectKey } from '../ports/object-key.js';
import type { ByteRange } from '../../../shared/byte-range.js';
import {
  StorageDriver,
  type ObjectFacts,
  type PresignedRequest,
  type PresignInput,
  type PutOptions,
  type StoredObject,
} from '../ports/storage-driver.js';

/** A store that nothing is written to or deleted from while it is not this database's. */
export class OwnedStore extends StorageDriver {
  /** @param assertOurs as {@link StorageDriver.assertOwned} */
  constructor(
    private readonly store: StorageDriver,
    private readonly assertOurs: () => Promise<void>,
  ) {
    super();
  }

  override assertOwned(): Promise<void> {
    return this.assertOurs();
  }

  async put(key: ObjectKey, body: AsyncIterable<Uint8Array>, options?: PutOptions): Promise<StoredObject> {
    await this.assertOurs();
    return this.store.put(key, body, options);
  }

  get(key: ObjectKey, range?: ByteRange): Promise<Readable> {
    return this.store.get(key, range);
  }

  head(key: ObjectKey): Promise<ObjectFacts | undefined> {
    return this.store.head(key);
  }

  list(directory: ObjectKey): AsyncIterable<StoredObject> {
    return this.store.list(directory);
  }

  walk(directory?: ObjectKey): AsyncIterable<StoredObject> {
    return this.store.walk(directory);
  }

  async delete(key: ObjectKey): Promise<void> {
    await this.assertOurs();
    await this.store.delete(key);
  }

  async deleteAll(keys: readonly ObjectKey[]): Promise<ReadonlyMap<ObjectKey, Error>> {
    await this.assertOurs();
    return this.store.deleteAll(keys);
  }

  async presign(input: PresignInput): Promise<PresignedRequest> {
    if (input.method === 'PUT') await this.assertOurs();
    return this.store.presign(input);
  }

  probe(): Promise<void> {
    return this.store.probe();
  }
}
