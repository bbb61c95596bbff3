import { IsNull, LessThanOrEqual, MoreThan, Not, type DataSource, type FindOptionsWhere } from 'typeorm';
import type { Clock } from '../../../shared/clock.js';
import { inTransaction } from '../../../persistence/transaction.js';
import { Job, type JobLane } from '../entities/job.entity.js';
import type { ObjectKey } from '../ports/object-key.js';
import type { UploadListener } from '../ports/upload-listener.js';

/**
 * Which jobs can be done now: all; without a bucket, deletions; while the bucket fails, media for the backup, and of
 * deletions the part that is done here.
 */
export type JobChoice = 'any' | 'deletion' | 'backup' | 'local-deletion';

const CHOICES: Readonly<Record<JobChoice, FindOptionsWhere<Job>>> = {
  any: {},
  deletion: { kind: 'delete' },
  backup: { kind: 'upload', backedUpAt: IsNull() },
  'local-deletion': { kind: 'delete', attempts: 0 },
};

const MAX_ERROR_LENGTH = 1000;

/** The rows of this node's jobs. Other nodes of the same database have an alias of their own and leave these alone. */
export class JobTable {
  constructor(
    private readonly dataSource: DataSource,
    private readonly nodeAlias: string,
    private readonly clock: Clock,
    private readonly listeners: () => readonly UploadListener[],
  ) {}

  /** A SQLite database has one server, whatever it was called when it wrote a job. Elsewhere the alias tells. */
  async adopt(): Promise<void> {
    if (this.dataSource.options.type !== 'better-sqlite3') return;
    const { nodeAlias } = this;
    await inTransaction(this.dataSource, async (manager) => {
      for (const { id, kind, objectKey } of await manager.findBy(Job, { nodeAlias: Not(nodeAlias) })) {
        const isKnown = await manager.existsBy(Job, { kind, objectKey, nodeAlias });
        if (isKnown) await manager.delete(Job, { id });
        else await manager.update(Job, { id }, { nodeAlias });
      }
    });
  }

  /** Those that may be done now, oldest first. */
  due(lane: JobLane, choice: JobChoice, limit: number): Promise<Job[]> {
    return this.dataSource.manager.find(Job, {
      where: { nodeAlias: this.nodeAlias, lane, dueAt: LessThanOrEqual(this.now()), ...CHOICES[choice] },
      order: { dueAt: 'ASC', objectKey: 'ASC' },
      take: limit,
    });
  }

  /** @returns milliseconds until the first job is due of those that were not at `since`; undefined when there is none */
  async nextDueMs(lane: JobLane, since: Date): Promise<number | undefined> {
    const next = await this.dataSource.manager.findOne(Job, {
      where: { nodeAlias: this.nodeAlias, lane, dueAt: MoreThan(since) },
      order: { dueAt: 'ASC' },
    });
    return next === null ? undefined : Math.max(0, next.dueAt.getTime() - this.clock.epochMs());
  }

  /** @returns the job as it is now; undefined when it was withdrawn or put off since it was seen */
  async reread({ id }: Job): Promise<Job | undefined> {
    const job = await this.dataSource.manager.findOneBy(Job, { id, dueAt: LessThanOrEqual(this.now()) });
    return job ?? undefined;
  }

  /** The job is done. Asked for again meanwhile, it goes to the end of the line. */
  async finish({ id, generation, kind, lane, objectKey }: Job): Promise<void> {
    await inTransaction(this.dataSource, async (manager) => {
      const { affected } = await manager.delete(Job, { id, generation });
      if (affected === 0) {
        const anew = { dueAt: this.now(), attempts: 0, lastError: null, backedUpAt: null };
        await manager.update(Job, { id }, anew);
        return;
      }
      if (kind !== 'upload' || lane !== 'media') return;
      for (const listener of this.listeners()) await listener.stored(manager, objectKey as ObjectKey);
    });
  }

  /** @param delayMs undefined: the job keeps its place and its time */
  async fail({ id, attempts }: Job, error: unknown, delayMs: number | undefined): Promise<void> {
    const later = delayMs === undefined ? {} : { dueAt: new Date(this.clock.epochMs() + delayMs) };
    const lastError = textOf(error).slice(0, MAX_ERROR_LENGTH);
    await inTransaction(this.dataSource, (manager) =>
      manager.update(Job, { id }, { attempts: attempts + 1, lastError, ...later }),
    );
  }

  async backedUp({ id }: Job): Promise<void> {
    await inTransaction(this.dataSource, (manager) => manager.update(Job, { id }, { backedUpAt: this.now() }));
  }

  /** Nobody has the bytes that the row of the object promises. */
  async lost({ objectKey }: Job): Promise<void> {
    await inTransaction(this.dataSource, async (manager) => {
      for (const listener of this.listeners()) await listener.lost(manager, objectKey as ObjectKey);
    });
  }

  now(): Date {
    return new Date(this.clock.epochMs());
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
