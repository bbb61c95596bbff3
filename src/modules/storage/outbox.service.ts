import { Inject, Injectable } from '@nestjs/common';
import { DataSource, In, IsNull, type EntityManager } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { afterCommit, inTransaction } from '../../persistence/transaction.js';
import { Job, type JobKind } from './entities/job.entity.js';
import type { ObjectKey } from './ports/object-key.js';
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
    for (const { key, sizeBytes, sha256 } of objects) {
      await this.add(manager, { kind: 'upload', lane: 'media', key, sizeBytes, sha256 });
    }
  }

  /**
   * A manifest, playlist or session file that was written anew: the newest state of it goes, older ones need not. It is
   * not deleted any more.
   */
  async uploadView(key: ObjectKey): Promise<void> {
    if (!this.hasBucket && !(await this.isOrdered('delete', key))) return;
    await inTransaction(this.dataSource, async (manager) => {
      await this.keep(manager, key);
      if (this.hasBucket) await this.add(manager, { kind: 'upload', lane: 'view', key });
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
    for (const { key, sizeBytes, sha256 } of objects) {
      await this.add(manager, { kind: 'release', lane: 'removal', key, sizeBytes, sha256 });
    }
  }

  private async deleteSome(
    manager: EntityManager,
    keys: readonly ObjectKey[],
    { sizes, dueAt = new Date() }: DeletionDetails,
  ): Promise<void> {
    const nodeAlias = this.config.recorder.node_alias;
    await manager.delete(Job, { kind: In(['upload', 'release']), objectKey: In([...keys]) });
    const known = await manager.findBy(Job, { kind: 'delete', objectKey: In([...keys]), nodeAlias });
    const knownKeys = new Set(known.map(({ objectKey }) => objectKey));
    const fresh = [...new Set(keys)].filter((key) => !knownKeys.has(key));
    await manager.increment(Job, { id: In(known.map(({ id }) => id)) }, 'generation', 1);
    if (fresh.length === 0) return;
    const order = { kind: 'delete', lane: 'removal' } as const;
    await manager.insert(
      Job,
      fresh.map((key) => newJob({ ...order, key, sizeBytes: sizes?.get(key) }, { nodeAlias, dueAt })),
    );
    this.ringAfter(manager);
  }

  /** Forgets what is to be uploaded and released, for rows that are made anew; what is to be deleted stays so. */
  async forget(): Promise<void> {
    await inTransaction(this.dataSource, (manager) => manager.delete(Job, { kind: In(['upload', 'release']) }));
  }

  /** Whether a job of this kind about the object waits, on whatever node. */
  isOrdered(kind: JobKind, key: ObjectKey): Promise<boolean> {
    return this.dataSource.manager.existsBy(Job, { kind, objectKey: key });
  }

  private ringAfter(manager: EntityManager): void {
    afterCommit(manager, () => {
      for (const listener of this.orderListeners) listener();
    });
  }

  private async add(manager: EntityManager, order: JobOrder): Promise<void> {
    this.ringAfter(manager);
    const { kind, key } = order;
    const node = { nodeAlias: this.config.recorder.node_alias };
    const known = await manager.findOneBy(Job, { kind, objectKey: key, ...node });
    const now = new Date();
    if (known !== null) {
      // Its id is kept, its place in the line too: who works on it sees by the generation that there is more to do.
      const dueAt = known.dueAt < now ? known.dueAt : now;
      await manager.update(Job, { id: known.id }, { generation: known.generation + 1, dueAt });
      return;
    }
    await manager.insert(Job, newJob(order, { ...node, dueAt: now }));
  }
}

/** SQL statements take some thousand values, and other work gets its turn between. */
const KEYS_AT_ONCE = 200;

/** What is known of objects that are to be deleted. */
export interface DeletionDetails {
  /** Bytes that come free, by key. */
  readonly sizes?: ReadonlyMap<string, number>;
  /** Not before: now when absent. */
  readonly dueAt?: Date;
}
