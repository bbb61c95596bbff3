import { Job } from './job.entity.js';
import { MarkedStorage } from './marked-storage.entity.js';
import { StorageOwner } from './storage-owner.entity.js';

/** Every table that the storage writes. */
export const storageEntities = [Job, StorageOwner, MarkedStorage] as const;
