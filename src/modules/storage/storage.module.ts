import { AsyncResource } from 'node:async_hooks';
import { Logger, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { APP_CONFIG, mainStorageOf, storageConfigOf, type AppConfig } from '../../config/index.js';
import { systemClock } from '../../shared/clock.js';
import { AnswerGates } from './answer-gates.js';
import { createLocalStorage, createStorageDriver } from './drivers/index.js';
import { storageEntities } from './entities/index.js';
import { JobRunner, type JobLog, type JobSettings } from './jobs/job-runner.js';
import { JobTable } from './jobs/job-table.js';
import { RETRY_TIMING } from './jobs/retry-delay.js';
import { OutboxService } from './outbox.service.js';
import { markableStores } from './ownership/markable-stores.js';
import { OwnershipService } from './ownership.service.js';
import { PendingJobsService } from './pending-jobs.service.js';
import { Stores } from './ports/stores.js';
import { ProbeService } from './probe.service.js';
import { SigningService } from './signing.service.js';
import { StorageController } from './storage.controller.js';
import { StorageService } from './storage.service.js';

/** Of the 30 seconds that a stopping server has, the last are for closing what is left. */
const GRACE_MS = 22_000;

@Module({
  imports: [TypeOrmModule.forFeature([...storageEntities])],
  controllers: [StorageController],
  providers: [
    AnswerGates,
    StorageService,
    SigningService,
    ProbeService,
    OutboxService,
    PendingJobsService,
    {
      provide: OwnershipService,
      inject: [APP_CONFIG, DataSource],
      useFactory: ({ recorder }: AppConfig, dataSource: DataSource) => openOwnedStores(recorder, dataSource),
    },
    { provide: Stores, inject: [OwnershipService], useFactory: ({ stores }: OwnershipService) => stores },
    { provide: JobRunner, inject: [APP_CONFIG, DataSource, Stores, OutboxService], useFactory: createJobRunner },
  ],
  exports: [StorageService, SigningService, OutboxService, PendingJobsService, OwnershipService],
})
export class StorageModule {}

/** With fs the folder is the storage; else the spool is recorded into. */
export async function openStores(recorder: AppConfig['recorder']): Promise<Stores> {
  const { backup_storage: second, spool_dir: spool } = recorder;
  const main = mainStorageOf(recorder);
  const backup = storageConfigOf(second);
  if (main === undefined || main.type === 'fs') {
    return { local: createLocalStorage(main ?? { root: spool }), bucket: undefined, backup: undefined };
  }
  return {
    local: createLocalStorage({ root: spool }),
    bucket: await createStorageDriver(main),
    backup: backup && (await createStorageDriver(backup)),
  };
}

/** The same, each kept to the database that it is of. */
export async function openOwnedStores(
  recorder: AppConfig['recorder'],
  dataSource: DataSource,
): Promise<OwnershipService> {
  const stores = await openStores(recorder);
  return new OwnershipService(dataSource, stores, markableStores(recorder, stores));
}

function createJobRunner(
  { recorder }: AppConfig,
  dataSource: DataSource,
  stores: Stores,
  outbox: OutboxService,
): JobRunner {
  const table = new JobTable(dataSource, recorder.node_alias, systemClock, () => outbox.listeners);
  const settings: JobSettings = {
    uploadsSideBySide: recorder.upload.concurrency,
    backupAfterMs: recorder.backup_after_seconds * 1000,
    graceMs: GRACE_MS,
    retry: RETRY_TIMING,
  };
  const runner = new JobRunner(table, stores, settings, systemClock, jobLog(new Logger(JobRunner.name)), (key) =>
    outbox.doCall(key),
  );
  // Jobs belong to no request: what a trace is of ends with the order.
  outbox.onOrder(AsyncResource.bind(() => runner.wake()));
  return runner;
}

function jobLog(logger: Logger): JobLog {
  return {
    log: (message) => logger.log(message),
    warn: (message, cause) => logger.warn({ err: cause }, message),
    error: (message, cause) => logger.error({ err: cause }, message),
  };
}
