import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { APP_CONFIG, storageConfigOf, type AppConfig } from '../../config/index.js';
import { createLocalStorage, createStorageDriver } from './drivers/index.js';
import { Job } from './entities/job.entity.js';
import { OutboxService } from './outbox.service.js';
import { PendingJobsService } from './pending-jobs.service.js';
import { Stores } from './ports/stores.js';
import { ProbeService } from './probe.service.js';
import { SigningService } from './signing.service.js';
import { StorageController } from './storage.controller.js';
import { StorageService } from './storage.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([Job])],
  controllers: [StorageController],
  providers: [
    StorageService,
    SigningService,
    ProbeService,
    OutboxService,
    PendingJobsService,
    { provide: Stores, inject: [APP_CONFIG], useFactory: ({ recorder }: AppConfig) => openStores(recorder) },
  ],
  exports: [StorageService, SigningService, OutboxService, PendingJobsService],
})
export class StorageModule {}

/** With fs the folder is the storage; else the spool is recorded into. */
export function openStores({ storage, backup_storage: second, spool_dir: spool }: AppConfig['recorder']): Stores {
  const main = storageConfigOf(storage);
  const backup = storageConfigOf(second);
  if (main === undefined || main.type === 'fs') {
    return { local: createLocalStorage(main ?? { root: spool }), bucket: undefined, backup: undefined };
  }
  return {
    local: createLocalStorage({ root: spool }),
    bucket: createStorageDriver(main),
    backup: backup && createStorageDriver(backup),
  };
}
