import { Inject, Injectable } from '@nestjs/common';
import { DataSource, In, IsNull, type EntityManager } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { findRow } from '../../persistence/find-row.js';
import { insertRows } from '../../persistence/insert-rows.js';
import { afterCommit, inTransaction } from '../../persistence/transaction.js';
import { Job, type JobKind } from './entities/job.entity.js';
import type { CallHandler } from './ports/call-handler.js';
import { parseObjectKey, type ObjectKey } from './ports/object-key.js';
import { newJob, type JobOrder } from './jobs/new-job.js';
import { Stores } from './ports/stores.js';
import type { UploadListener } from './ports/upload-listener.js';

/** An object whose bytes never change, as its row promises it. */
export interface OutgoingObject {
  readonly key: ObjectKey;
  readonly sizeBytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

/**
 * What has to be done with objects after a transaction, written in it: a job that was committed is done, as often as it
 * takes. Each kind of work is known once per object.
 */
@Injectable()
export class OutboxService {
  private readonly uploadListeners: Partial<UploadListener>[] = [];
  private readonly orderListeners: (() => void)[] = [];
  private callHandler: CallHandler | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly stores: Stores,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /** Whether objects have to go to a bucket; with fs they are where they stay. */
  get hasBucket(): boolean {
    return this.stores.bucket !== undefined;
  }

  /** Tells whoever has the rows of objects what became of their uploads. */
  tellUploads(listener: Partial<UploadListener>): void {
    this.uploadListeners.push(listener);
  }

  get listeners(): readonly Partial<UploadListener>[] {
    return this.uploadListeners;
  }

  /** Says who does the calls. */
  handleCalls(handler: CallHandler): void {
    this.callHandler = handler;
  }

  /** Has somebody called after this transaction, as often as it takes; once more when he is being called. */
  async call(manager: EntityManager, keys: readonly string[]): Promise<void> {
    await this.add(
      manager,
      keys.map((key) => ({ kind: 'call', lane: 'call', key: parseObjectKey(key) })),
    );
  }

  /** As {@link call}, where this node does not call already: one that waits for its next try goes on waiting. */
  async callUnlessWaiting(manager: EntityManager, keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    const now = { nodeAlias: this.config.recorder.node_alias, dueAt: new Date() };
    const jobs = keys.map((key) => newJob({ kind: 'call', lane: 'call', key: parseObjectKey(key) }, now));
    await insertRows(manager, Job, jobs, `${SAME_JOB} DO NOTHING`);
    this.ringAfter(manager);
  }

  /** Nobody is called any more by that key. */
  async forgetCall(manager: EntityManager, key: string): Promise<void> {
    await manager.delete(Job, { kind: 'call', objectKey: key });
  }

  /** @throws what the handler threw */
  async doCall(key: string): Promise<number | undefined> {
    if (this.callHandler === undefined) throw new RangeError('Nobody does calls.');
    return this.callHandler.call(key);
  }

  /** Calls after each commit that asked for work. */
  onOrder(listener: () => void): void {
    this.orderListeners.push(listener);
  }

  /** Whether the object is still to be uploaded, by whichever node. */
  isUploading(manager: EntityManager, key: ObjectKey): Promise<boolean> {
    return manager.existsBy(Job, { kind: 'upload', objectKey: key });
  }

  /** Media and inits that have a row from this transaction on. */
  async upload(manager: EntityManager, objects: readonly OutgoingObject[]): Promise<void> {
    if (!this.hasBucket) return;
    await this.add(
      manager,
      objects.map((object) => ({ kind: 'upload', lane: 'media', ...object })),
    );
  }

  /**
   * A manifest, playlist or session file that was written anew: the newest state of it goes, older ones need not. It is
   * not deleted any more.
   */
  async uploadView(key: ObjectKey): Promise<void> {
    if (!this.hasBucket && !(await this.isOrdered('delete', key))) return;
    await inTransaction(this.dataSource, async (manager) => {
      await this.keep(manager, key);
      if (this.hasBucket) await this.add(manager, [{ kind: 'upload', lane: 'view', key }]);
    });
  }

  /** Has the bucket asked for objects and views once more, where nothing is to be done with them already. */
  async uploadAgain(
    manager: EntityManager,
    objects: readonly OutgoingObject[],
    views: readonly ObjectKey[],
  ): Promise<void> {
    const nodeAlias = this.config.recorder.node_alias;
    const orders: JobOrder[] = [
      ...objects.map((object) => ({ kind: 'upload' as const, lane: 'media' as const, ...object })),
      ...views.map((key) => ({ kind: 'upload' as const, lane: 'view' as const, key })),
    ];
    const known = await manager.findBy(Job, { objectKey: In(orders.map(({ key }) => key)), nodeAlias });
    const knownKeys = new Set(known.map(({ objectKey }) => objectKey));
    const fresh = new Map(orders.filter(({ key }) => !knownKeys.has(key)).map((order) => [order.key, order]));
    if (fresh.size === 0) return;
    await manager.insert(
      Job,
      [...fresh.values()].map((order) => newJob(order, { nodeAlias, dueAt: new Date() })),
    );
    this.ringAfter(manager);
  }

  /** Objects whose rows are deleted in this transaction: what is to be uploaded of them is not any more. */
  async delete(manager: EntityManager, keys: readonly ObjectKey[], details: DeletionDetails = {}): Promise<void> {
    for (let first = 0; first < keys.length; first += KEYS_AT_ONCE) {
      await this.deleteSome(manager, keys.slice(first, first + KEYS_AT_ONCE), details);
    }
  }

  /** Bytes that come free when all is deleted, or released, that is to be; not of what could not be at the last try. */
  async doomedBytes(kind: 'delete' | 'release' = 'delete'): Promise<number> {
    const doomed = await this.dataSource.manager
      .createQueryBuilder(Job, 'job')
      .select('SUM(job.sizeBytes)', 'bytes')
      .where({ kind, lastError: IsNull(), deletedHereAt: IsNull() })
      .getRawOne<{ bytes: number | string | null }>();
    return Number(doomed?.bytes ?? 0);
  }

  /** An object that was to be deleted has a row again from this transaction on, or new bytes. */
  async keep(manager: EntityManager, key: ObjectKey): Promise<void> {
    await manager.delete(Job, { kind: 'delete', objectKey: key });
  }

  /** Spool files whose rows say from this transaction on that only the bucket has them. */
  async release(manager: EntityManager, objects: readonly OutgoingObject[]): Promise<void> {
    await this.add(
      manager,
      objects.map((object) => ({ kind: 'release', lane: 'removal', ...object })),
    );
  }

  private async deleteSome(
    manager: EntityManager,
    keys: readonly ObjectKey[],
    { sizes, dueAt = new Date() }: DeletionDetails,
  ): Promise<void> {
    const nodeAlias = this.config.recorder.node_alias;
    await manager.delete(Job, { kind: In(['upload', 'release']), objectKey: In([...keys]) });
    const jobs = [...new Set(keys)].map((key) =>
      newJob({ kind: 'delete', lane: 'removal', key, sizeBytes: sizes?.get(key) }, { nodeAlias, dueAt }),
    );
    await insertRows(manager, Job, jobs, `${SAME_JOB} DO UPDATE SET ${MORE_TO_DO}`);
    this.ringAfter(manager);
  }

  /** Forgets what is to be uploaded and released, for rows that are made anew; what is to be deleted stays so. */
  async forget(): Promise<void> {
    await inTransaction(this.dataSource, (manager) => manager.delete(Job, { kind: In(['upload', 'release']) }));
  }

  /** Whether a job of this kind about the object waits, on whatever node. */
  async isOrdered(kind: JobKind, key: ObjectKey): Promise<boolean> {
    return (await findRow(this.dataSource.manager, Job, { kind, objectKey: key })) !== null;
  }

  private ringAfter(manager: EntityManager): void {
    afterCommit(manager, () => {
      for (const listener of this.orderListeners) listener();
    });
  }

  /** One that is known keeps its id and its place in the line: who works on it sees by the generation that there is more to do. */
  private async add(manager: EntityManager, orders: readonly JobOrder[]): Promise<void> {
    if (orders.length === 0) return;
    this.ringAfter(manager);
    const now = { nodeAlias: this.config.recorder.node_alias, dueAt: new Date() };
    const jobs = new Map(orders.map((order) => [`${order.kind} ${order.key}`, newJob(order, now)]));
    await insertRows(manager, Job, [...jobs.values()], `${SAME_JOB} DO UPDATE SET ${MORE_TO_DO}, ${NO_LATER}`);
  }
}

const SAME_JOB = '("kind", "object_key", "node_alias")';
const MORE_TO_DO = '"generation" = "jobs"."generation" + 1';
const NO_LATER =
  '"due_at" = CASE WHEN "excluded"."due_at" < "jobs"."due_at" THEN "excluded"."due_at" ELSE "jobs"."due_at" END';

/** SQL statements take some thousand values, and other work gets its turn between. */
const KEYS_AT_ONCE = 200;

/** What is known of objects that are to be deleted. */
export interface DeletionDetails {
  /** Bytes that come free, by key. */
  readonly sizes?: ReadonlyMap<string, number>;
  /** Not before: now when absent. */
  readonly dueAt?: Date;
}
