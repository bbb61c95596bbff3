import type { StorageConfig } from '../../../config/index.js';
import type { StorageDriver, StorageDriverDefinition } from '../ports/storage-driver.js';
import { fsStorage } from './fs.driver.js';

export { MemoryStorageDriver } from './memory.driver.js';

const drivers: readonly StorageDriverDefinition<StorageConfig>[] = [fsStorage];

/** @throws {RangeError} for a type that the configuration knows and this list does not */
export function createStorageDriver(config: StorageConfig): StorageDriver {
  const definition = drivers.find(({ type }) => type === config.type);
  if (definition === undefined) throw new RangeError(`No storage driver is called ${config.type}.`);
  return definition.create(config);
}
