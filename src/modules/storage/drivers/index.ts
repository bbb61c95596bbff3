import type { FsStorageConfig, StorageConfig } from '../../../config/index.js';
import type { LocalStorage, StorageDriver, StorageDriverDefinition } from '../ports/storage-driver.js';
import { FsStorageDriver, fsStorage } from './fs.driver.js';
import { ossStorage } from './oss.driver.js';
import { s3Storage } from './s3.driver.js';

export { makeFolder } from './make-folder.js';
export { MemoryStorageDriver } from './memory.driver.js';
export { probeFolder } from './probe-folder.js';

type Definitions = {
  readonly [Type in StorageConfig['type']]: StorageDriverDefinition<Extract<StorageConfig, { type: Type }>>;
};

/** Every kind of storage; the compiler misses one that the configuration knows and this list does not. */
const drivers: Definitions = {
  fs: fsStorage,
  s3: s3Storage,
  oss: ossStorage,
};

export function createStorageDriver(config: StorageConfig): StorageDriver {
  const definition = drivers[config.type] as StorageDriverDefinition<StorageConfig>;
  return definition.create(config);
}

/** The folder that recordings are made in, whatever keeps them afterwards. */
export function createLocalStorage({ root }: Pick<FsStorageConfig, 'root'>): LocalStorage {
  return new FsStorageDriver(root);
}
