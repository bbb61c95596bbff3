import type { S3StorageConfig } from '../../../config/index.js';
import type { StorageDriverDefinition } from '../ports/storage-driver.js';

export const s3Storage: StorageDriverDefinition<S3StorageConfig> = {
  type: 's3',
  create: () => {
    throw new RangeError('s3 is being built');
  },
};
