import { Injectable } from '@nestjs/common';
import { DataSource, IsNull, Not, type EntityManager } from 'typeorm';
import { Job, type JobKind } from './entities/job.entity.js';
import type { OutgoingObject } from './outbox.service.js';
import { parseObjectKey } from './ports/object-key.js';

export type { JobKind } from './entities/job.entity.js';

/** Work of one kind that waits or is being done. */
export interface PendingKind {
  readonly kind: JobKind;
  readonly count: number;
  /** Of media and inits; the size of a manifest is not known before it goes. */
  readonly bytes: number;
  /** How many of them could not be done at the last try. */
  readonly failing: number;
}

export interface PendingJobs {
  /** Those with any. */
  readonly kinds: readonly PendingKind[];
  /** Since when the oldest of them waits; undefined when there is none. */
  readonly oldestAt: Date | undefined;
  /** Why a job could not be done, of those that wait. */
  readonly lastError: string | undefined;
}

/** Media and inits that wait for the bucket and are in the backup storage meanwhile. */
export interface BackedUpObjects {
  readonly objects: number;
  readonly bytes: number;
}

/** How far objects are behind their rows. */
@Injectable()
export class PendingJobsService {
  constructor(private readonly dataSource: DataSource) {}

  async pending(): Promise<PendingJobs> {
    const rows = await this.dataSource.manager
      .createQueryBuilder(Job, 'job')
      .select('job.kind', 'kind')
      .addSelect('COUNT(*)', 'count')
      .addSelect('SUM(job.sizeBytes)', 'bytes')
      .addSelect('COUNT(job.lastError)', 'failing')
      .addSelect('MIN(job.createdAt)', 'oldest')
      .where({ lane: Not('call') })
      .groupBy('job.kind')
      .orderBy('job.kind')
      .getRawMany<RawKind>();
    const oldestMs = Math.min(...rows.map(({ oldest }) => new Date(oldest).getTime()));
    return {
      kinds: rows.map(({ kind, count, bytes, failing }) => {
        return { kind, count: Number(count), bytes: Number(bytes ?? 0), failing: Number(failing) };
      }),
      oldestAt: rows.length === 0 ? undefined : new Date(oldestMs),
      lastError: await this.lastError(),
    };
  }

  async backedUp(): Promise<BackedUpObjects> {
    const sums = await this.dataSource.manager
      .createQueryBuilder(Job, 'job')
      .select('COUNT(*)', 'objects')
      .addSelect('SUM(job.sizeBytes)', 'bytes')
      .where({ kind: 'upload', lane: 'media', backedUpGeneration: Not(IsNull()) })
      .getRawOne<{ objects: number | string; bytes: number | string | null }>();
    return { objects: Number(sums?.objects ?? 0), bytes: Number(sums?.bytes ?? 0) };
  }

  /** The one that is tried again last has failed most often, or most lately. */
  private async lastError(): Promise<string | undefined> {
    const job = await this.dataSource.manager.findOne(Job, {
      where: { lastError: Not(IsNull()), lane: Not('call') },
      order: { dueAt: 'DESC' },
    });
    return job?.lastError ?? undefined;
  }
}

/** Some of the media and inits that are in the backup storage, the oldest first. */
export async function backedUpObjects(manager: EntityManager, limit: number): Promise<OutgoingObject[]> {
  const jobs = await manager.find(Job, {
    where: { kind: 'upload', lane: 'media', backedUpGeneration: Not(IsNull()) },
    order: { createdAt: 'ASC' },
    take: limit,
  });
  return jobs.flatMap(({ objectKey, sizeBytes, sha256 }) =>
    sizeBytes === null || sha256 === null ? [] : [{ key: parseObjectKey(objectKey), sizeBytes, sha256 }],
  );
}

interface RawKind {
  readonly kind: JobKind;
  readonly count: number | string;
  readonly bytes: number | string | null;
  readonly failing: number | string;
  readonly oldest: string | Date;
}
