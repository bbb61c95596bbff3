import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { inTransaction } from '../../persistence/transaction.js';
import { Job, type JobKind, type JobLane } from './entities/job.entity.js';
import type { ObjectKey } from './ports/object-key.js';
import { Stores } from './ports/stores.js';

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
  constructor(
    private readonly dataSource: DataSource,
    private readonly stores: Stores,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /** Whether objects have to go to a bucket; with fs they are where they stay. */
  get hasBucket(): boolean {
    return this.stores.bucket !== undefined;
  }

  /** Media and inits that have a row from this transaction on. */
  async upload(manager: EntityManager, objects: readonly OutgoingObject[]): Promise<void> {
    if (!this.hasBucket) return;
    for (const { key, sizeBytes, sha256 } of objects) {
      await this.add(manager, { kind: 'upload', lane: 'media', key, sizeBytes, sha256 });
    }
  }

  /** A manifest, playlist or session file that was written anew: the newest state of it goes, older ones need not. */
  async uploadView(key: ObjectKey): Promise<void> {
    if (!this.hasBucket) return;
    await inTransaction(this.dataSource, (manager) => this.add(manager, { kind: 'upload', lane: 'view', key }));
  }

  /** Objects whose rows are deleted in this transaction: what is to be uploaded of them is not any more. */
  async delete(manager: EntityManager, keys: readonly ObjectKey[]): Promise<void> {
    for (const key of keys) {
      await manager.delete(Job, { kind: 'upload', objectKey: key });
      await manager.delete(Job, { kind: 'release', objectKey: key });
      await this.add(manager, { kind: 'delete', lane: 'media', key });
    }
  }

  /** Spool files whose rows say from this transaction on that only the bucket has them. */
  async release(manager: EntityManager, objects: readonly OutgoingObject[]): Promise<void> {
    for (const { key, sizeBytes, sha256 } of objects) {
      await this.add(manager, { kind: 'release', lane: 'media', key, sizeBytes, sha256 });
    }
  }

  private async add(manager: EntityManager, order: JobOrder): Promise<void> {
    const { kind, lane, key } = order;
    const node = { nodeAlias: this.config.recorder.node_alias };
    const known = await manager.findOneBy(Job, { kind, objectKey: key, ...node });
    const now = new Date();
    if (known !== null) {
      // Its id is kept, its place in the line too: who works on it sees by the generation that there is more to do.
      await manager.update(Job, { id: known.id }, { generation: known.generation + 1, dueAt: now });
      return;
    }
    await manager.insert(Job, {
      id: randomUUID(),
      kind,
      lane,
      objectKey: key,
      ...node,
      generation: 1,
      sizeBytes: order.sizeBytes ?? null,
      sha256: order.sha256 ?? null,
      attempts: 0,
      dueAt: now,
      lastError: null,
      createdAt: now,
    });
  }
}

interface JobOrder {
  readonly kind: JobKind;
  readonly lane: JobLane;
  readonly key: ObjectKey;
  readonly sizeBytes?: number;
  readonly sha256?: string;
}
