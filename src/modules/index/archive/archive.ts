import type { DataSource } from 'typeorm';
import type { OutboxService } from '../../storage/outbox.service.js';
import type { OwnershipService } from '../../storage/ownership.service.js';
import type { ObjectKey } from '../../storage/ports/object-key.js';
import type { StorageDriver } from '../../storage/ports/storage-driver.js';
import type { Stores } from '../../storage/ports/stores.js';

/** All that a node keeps, while nothing records into it. */
export interface Archive {
  readonly dataSource: DataSource;
  readonly stores: Stores;
  /** Whose the stores are. */
  readonly ownership: OwnershipService;
  readonly outbox: OutboxService;
  /** Zone whose midnight starts a new day of recordings. */
  readonly timeZone: string;
  readonly segmentDurationMs: number;
  /** Why stores do not answer: what these have is not known, and they are not among `stores`. */
  readonly away?: ReadonlyMap<RemoteStore, string>;
}

export type RemoteStore = 'bucket' | 'backup';

/** Every store, the folder that is recorded into first. */
export function storesOf({ local, bucket, backup }: Stores): StorageDriver[] {
  return [local, bucket, backup].filter((store) => store !== undefined);
}

/** @returns the first store that has the object */
export async function findStore(stores: Stores, key: ObjectKey): Promise<StorageDriver | undefined> {
  for (const store of storesOf(stores)) if ((await store.head(key)) !== undefined) return store;
  return undefined;
}
