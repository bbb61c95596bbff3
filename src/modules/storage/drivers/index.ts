import type { StorageConfig } from '../../../config/index.js';
import type { StorageDriver, StorageDriverDefinition } from '../ports/storage-driver.js';
import { fsStorage } from './fs.driver.js';

export { makeFolder } from './make-folder.js';
export { MemoryStorageDriver } from './memory.driver.js';

/** Every kind of storage; the compiler misses one that the configuration knows and this list does not. */
const drivers: Readonly<Record<StorageConfig['type'], StorageDriverDefinition<StorageConfig>>> = {
  [fsStorage.type]: fsStorage,
};

export function createStorageDriver(config: StorageConfig): StorageDriver {
  return drivers[config.type].create(config);
}
