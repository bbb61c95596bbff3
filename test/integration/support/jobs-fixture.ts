import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { DataSource } from 'typeorm';
import { loadConfig } from '../../../src/config/index.js';
import { migrations } from '../../../src/migrations/index.js';
import { MemoryStorageDriver } from '../../../src/modules/storage/drivers/memory.driver.js';
import { Job } from '../../../src/modules/storage/entities/job.entity.js';
import { JobRunner, type JobSettings } from '../../../src/modules/storage/jobs/job-runner.js';
import { JobTable } from '../../../src/modules/storage/jobs/job-table.js';
import { OutboxService, type OutgoingObject } from '../../../src/modules/storage/outbox.service.js';
import { parseObjectKey, type ObjectKey } from '../../../src/modules/storage/ports/object-key.js';
import type { StorageDriver } from '../../../src/modules/storage/ports/storage-driver.js';
import type { UploadListener } from '../../../src/modules/storage/ports/upload-listener.js';
import { dataSourceOptions } from '../../../src/persistence/data-source-options.js';
import { openDataSource } from '../../../src/persistence/open-data-source.js';
import { inTransaction } from '../../../src/persistence/transaction.js';
import { systemClock } from '../../../src/shared/clock.js';
import { makeDatabase } from '../../support/databases.js';
import { until } from '../../support/wait.js';
import { TroubledBucket } from './troubled-bucket.js';

const SETTINGS: JobSettings = {
  uploadsSideBySide: 4,
  backupAfterMs: 60_000,
  graceMs: 5000,
  retry: { firstMs: 5, longestMs: 40 },
};

export interface JobsOptions extends Partial<JobSettings> {
  readonly backup?: StorageDriver;
  readonly bucket?: StorageDriver;
  /** Server, as the jobs know it. */
  readonly nodeAlias?: string;
}

/** The jobs over a database of their own, a spool in memory and a bucket that does what it is told. */
export class JobsFixture implements AsyncDisposable {
  readonly local = new MemoryStorageDriver();
  readonly bucket = new TroubledBucket();
  readonly told: string[] = [];
  readonly errors: string[] = [];
  readonly warnings: string[] = [];
  private readonly runners: JobRunner[] = [];

  private constructor(
    private readonly folder: string,
    readonly dataSource: DataSource,
    private readonly options: JobsOptions,
  ) {}

  static async make(options: JobsOptions = {}): Promise<JobsFixture> {
    const folder = await mkdtemp(join(tmpdir(), 'aircheck-jobs-'));
    const database = await makeDatabase(folder);
    const dataSource = await openDataSource(dataSourceOptions(database, { entities: [Job], migrations }));
    return new JobsFixture(folder, dataSource, options);
  }

  /** A server's outbox and runner; called again, those of the next server on the same data. */
  async start(options: JobsOptions = this.options): Promise<{ outbox: OutboxService; runner: JobRunner }> {
    const { outbox, runner } = this.prepare(options);
    await runner.onApplicationBootstrap();
    return { outbox, runner };
  }

  /** As {@link start}, without doing anything yet. */
  prepare(options: JobsOptions = this.options): { outbox: OutboxService; runner: JobRunner } {
    const { bucket = this.bucket, backup, nodeAlias = 'node-1', ...changes } = options;
    const stores = { local: this.local, bucket, backup };
    const { config } = loadConfig({ env: { AIRCHECK_RECORDER_NODE_ALIAS: nodeAlias }, cwd: this.folder });
    const outbox = new OutboxService(this.dataSource, stores, config);
    outbox.tellUploads(this.listener());
    const table = new JobTable(this.dataSource, nodeAlias, systemClock, () => outbox.listeners);
    const runner = new JobRunner(table, stores, { ...SETTINGS, ...changes }, systemClock, {
      log: () => undefined,
      warn: (message) => this.warnings.push(message),
      error: (_message, cause) => this.errors.push(cause instanceof Error ? cause.message : String(cause)),
    });
    outbox.onOrder(() => runner.wake());
    this.runners.push(runner);
    return { outbox, runner };
  }

  /** Puts media into the spool and asks for its upload, as a commit does. */
  async commit(outbox: OutboxService, ...names: readonly string[]): Promise<OutgoingObject[]> {
    const objects = names.map((name) => mediaObject(name));
    for (const { key } of objects) await this.local.put(key, once(mediaBytes(key)));
    await inTransaction(this.dataSource, (manager) => outbox.upload(manager, objects));
    return objects;
  }

  async writeView(outbox: OutboxService, name: string, text: string): Promise<void> {
    const key = parseObjectKey(name);
    await this.local.put(key, once(Buffer.from(text)));
    await outbox.uploadView(key);
  }

  jobs(): Promise<Job[]> {
    return this.dataSource.manager.find(Job, { order: { dueAt: 'ASC' } });
  }

  async untilDone(): Promise<void> {
    await until(async () => (await this.jobs()).length === 0, 'all jobs are done');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const runner of this.runners) await runner.beforeApplicationShutdown();
    await this.dataSource.destroy();
    await rm(this.folder, { recursive: true });
  }

  private listener(): Omit<UploadListener, 'failed'> {
    return {
      stored: (_manager, key) => Promise.resolve(void this.told.push(`stored ${key}`)),
      lost: (_manager, key) => Promise.resolve(void this.told.push(`lost ${key}`)),
      missing: (_manager, key) => Promise.resolve(this.told.push(`missing ${key}`) > 0),
      renamed: (_manager, key, newKey) => Promise.resolve(this.told.push(`renamed ${key} ${newKey}`) > 0),
      backedUp: (_manager, key) => Promise.resolve(void this.told.push(`backed up ${key}`)),
    };
  }
}

export function mediaBytes(key: string): Buffer {
  return Buffer.from(`media of ${key}`);
}

export function mediaObject(name: string): OutgoingObject {
  const bytes = mediaBytes(name);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { key: parseObjectKey(name), sizeBytes: bytes.length, sha256 };
}

/** @returns undefined when the store has no such object */
export async function textIn(store: StorageDriver, key: string): Promise<string | undefined> {
  const checked: ObjectKey = parseObjectKey(key);
  if ((await store.head(checked)) === undefined) return undefined;
  return (await buffer(await store.get(checked))).toString();
}

// eslint-disable-next-line @typescript-eslint/require-await -- a store takes bodies as they come
export async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
