import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { mainStorageOf, storageConfigOf, type AppConfig, type StorageConfig } from '../../../config/index.js';
import type { StorageDriver } from '../ports/storage-driver.js';
import type { Stores } from '../ports/stores.js';

/** What a server keeps recordings in. A spool is none of them: it is on the way. */
export type StorePlace = 'folder' | 'bucket' | 'backup';

/** A storage that can have a mark. */
export interface MarkableStore {
  readonly store: StorageDriver;
  /** Of what tells it from others; the same for every node that has it. */
  readonly locationSha256: string;
}

/** Those of a server that are its own to list and to mark: not the bucket behind a live777 manager. */
export function markableStores(
  recorder: AppConfig['recorder'],
  { local, bucket, backup }: Stores,
): ReadonlyMap<StorePlace, MarkableStore> {
  const main = mainStorageOf(recorder);
  const second = storageConfigOf(recorder.backup_storage);
  const stores = new Map<StorePlace, MarkableStore>();
  if (main?.type === 'fs') {
    const location = ['fs', recorder.node_alias, resolve(main.root)];
    stores.set('folder', { store: local, locationSha256: digestOf(location) });
  }
  for (const [place, store, config] of [
    ['bucket', bucket, main],
    ['backup', backup, second],
  ] as const) {
    const location = config && locationOf(config);
    if (store !== undefined && location !== undefined) {
      stores.set(place, { store, locationSha256: digestOf(location) });
    }
  }
  return stores;
}

function locationOf(config: StorageConfig): readonly string[] | undefined {
  if (!('bucket' in config)) return undefined;
  return [config.type, config.endpoint ?? '', config.bucket, config.root];
}

function digestOf(location: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(location)).digest('hex');
}
