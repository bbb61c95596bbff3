import type { FsStorageConfig, StorageConfig } from '../../../config/index.js';
import type { LocalStorage, StorageDriver, StorageDriverDefinition } from '../ports/storage-driver.js';
import { FsStorageDriver, fsStorage } from './fs.driver.js';

export { MemoryStorageDriver } from './memory.driver.js';
export { probeFolder } from './probe-folder.js';

type Definitions = {
  readonly [Type in StorageConfig['type']]: () => Promise<
    StorageDriverDefinition<Extract<StorageConfig, { type: Type }>>
  >;
};

/**
 * Every kind of storage; the compiler misses one that the configuration knows and this list does not. The vendors'
 * clients are loaded where they are used: together they cost 30 MiB and a quarter of a second.
 */
const drivers: Definitions = {
  fs: () => Promise.resolve(fsStorage),
  s3: async () => (await import('./s3.driver.js')).s3Storage,
  oss: async () => (await import('./oss.driver.js')).ossStorage,
  liveman: async () => (await import('./liveman.driver.js')).livemanStorage,
};

export async function createStorageDriver(config: StorageConfig): Promise<StorageDriver> {
  const definition = (await drivers[config.type]()) as StorageDriverDefinition<StorageConfig>;
  return definition.create(config);
}

/** The folder that recordings are made in, whatever keeps them afterwards. */
export function createLocalStorage({ root }: Pick<FsStorageConfig, 'root'>): LocalStorage {
  return new FsStorageDriver(root);
}
