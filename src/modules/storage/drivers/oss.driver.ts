import type { OssStorageConfig } from '../../../config/index.js';
import type { StorageDriverDefinition } from '../ports/storage-driver.js';

export const ossStorage: StorageDriverDefinition<OssStorageConfig> = {
  type: 'oss',
  create: () => {
    throw new RangeError('oss is being built');
  },
};
