import { In, IsNull, LessThanOrEqual, MoreThan, Not, Raw, type DataSource, type FindOptionsWhere } from 'typeorm';
import type { Clock } from '../../../shared/clock.js';
import { groupBy } from '../../../shared/group-by.js';
import { inTransaction, readSettled } from '../../../persistence/transaction.js';
import { Job, type JobLane } from '../entities/job.entity.js';
import { newJob } from './new-job.js';
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
  backup: { kind: 'upload', backedUpGeneration: Raw((column) => `(${column} IS NULL OR ${column} < "generation")`) },
  'local-deletion': { kind: 'delete', deletedHereAt: IsNull() },
};

const MAX_ERROR_LENGTH = 1000;

/** The rows of this node's jobs. Other nodes of the same database have an alias of their own and leave these alone. */
export class JobTable {
  constructor(
    private readonly dataSource: DataSource,
    private readonly nodeAlias: string,
    private readonly clock: Clock,
    private readonly listeners: () => readonly Partial<UploadListener>[],
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

  /**
   * @returns the job as it is now, and stays after a power cut: what it does cannot be taken back; undefined when it was
   * withdrawn or put off since it was seen
   */
  async reread({ id }: Job): Promise<Job | undefined> {
    const dueAt = LessThanOrEqual(this.now());
    const job = await readSettled(this.dataSource, (manager) => manager.findOneBy(Job, { id, dueAt }));
    return job ?? undefined;
  }

  /** As {@link reread}, in the same order. */
  async rereadAll(jobs: readonly Job[]): Promise<Job[]> {
    if (jobs.length === 0) return [];
    const where = { id: In(jobs.map(({ id }) => id)), dueAt: LessThanOrEqual(this.now()) };
    return readSettled(this.dataSource, (manager) =>
      manager.find(Job, { where, order: { dueAt: 'ASC', objectKey: 'ASC' } }),
    );
  }

  /** The deletions are done, all of one kind. Those that were asked for again meanwhile go to the end of the line. */
  async finishAll(jobs: readonly Job[]): Promise<void> {
    await inTransaction(this.dataSource, async (manager) => {
      for (const [generation, alike] of groupBy(jobs, (job) => job.generation)) {
        const id = In(alike.map((job) => job.id));
        await manager.delete(Job, { id, generation });
        await manager.update(Job, { id }, { dueAt: this.now(), attempts: 0, lastError: null, deletedHereAt: null });
      }
    });
  }

  /** Nothing is left of the objects here; where else they are is a matter of later. */
  async deletedHere(jobs: readonly Job[]): Promise<void> {
    await inTransaction(this.dataSource, async (manager) => {
      for (const [generation, alike] of groupBy(jobs, (job) => job.generation)) {
        const id = In(alike.map((job) => job.id));
        await manager.update(Job, { id, generation }, { deletedHereAt: this.now() });
      }
    });
  }

  /** The job is done. Asked for again meanwhile, it goes to the end of the line. */
  async finish(job: Job): Promise<void> {
    const { id, generation, objectKey } = job;
    await inTransaction(this.dataSource, async (manager) => {
      const { affected } = await manager.delete(Job, { id, generation });
      if (affected === 0) {
        const anew = { dueAt: this.now(), attempts: 0, lastError: null, backedUpGeneration: null, sentTo: null };
        await manager.update(Job, { id }, anew);
        return;
      }
      if (!isMediaUpload(job)) return;
      for (const listener of this.listeners()) await listener.stored?.(manager, objectKey as ObjectKey);
    });
  }

  /** There is more to do of it, after a while and after others. */
  async putBehind({ id }: Job, delayMs: number): Promise<void> {
    const anew = { ...this.after(delayMs), attempts: 0, lastError: null };
    await inTransaction(this.dataSource, (manager) => manager.update(Job, { id }, anew));
  }

  /** @param delayMs undefined: the job keeps its place and its time */
  async fail(job: Job, error: unknown, delayMs: number | undefined): Promise<void> {
    const { id, attempts, sentTo, objectKey } = job;
    const reason = textOf(error);
    await inTransaction(this.dataSource, async (manager) => {
      await manager.update(Job, { id }, { attempts: attempts + 1, lastError: reason, sentTo, ...this.after(delayMs) });
      if (!isMediaUpload(job)) return;
      for (const listener of this.listeners()) await listener.failed?.(manager, objectKey as ObjectKey, reason);
    });
  }

  /** Deletions that failed together. */
  async failAll(jobs: readonly Job[], error: unknown, delayMs: number | undefined): Promise<void> {
    const id = In(jobs.map((job) => job.id));
    const failure = { lastError: textOf(error), ...this.after(delayMs) };
    await inTransaction(this.dataSource, async (manager) => {
      await manager.increment(Job, { id }, 'attempts', 1);
      await manager.update(Job, { id }, failure);
    });
  }

  /** A view that was written anew meanwhile goes to the backup storage once more. */
  async backedUp({ id, generation, lane, objectKey }: Job): Promise<void> {
    await inTransaction(this.dataSource, async (manager) => {
      await manager.update(Job, { id }, { backedUpGeneration: generation });
      if (lane !== 'media') return;
      for (const listener of this.listeners()) await listener.backedUp?.(manager, objectKey as ObjectKey);
    });
  }

  /** Nobody has the bytes that the row of the object promises: there is nothing left to be done. */
  async lost({ id, objectKey }: Job): Promise<void> {
    await inTransaction(this.dataSource, async (manager) => {
      const { affected } = await manager.delete(Job, { id });
      if (affected === 0) return;
      for (const listener of this.listeners()) await listener.lost?.(manager, objectKey as ObjectKey);
    });
  }

  /**
   * A file that was to be released is uploaded once more, since the bucket has lost what it had of it.
   *
   * @returns false when its rows were deleted meanwhile
   */
  async uploadInstead({ id, objectKey, nodeAlias, sizeBytes, sha256 }: Job): Promise<boolean> {
    const key = objectKey as ObjectKey;
    return inTransaction(this.dataSource, async (manager) => {
      const { affected } = await manager.delete(Job, { id });
      if (affected === 0 || !(await this.isNamed((listener) => listener.missing?.(manager, key)))) return false;
      if (await manager.existsBy(Job, { kind: 'upload', objectKey, nodeAlias })) return true;
      const upload = { kind: 'upload', lane: 'media', key, sizeBytes: sizeBytes ?? undefined } as const;
      await manager.insert(Job, newJob({ ...upload, sha256: sha256 ?? undefined }, { nodeAlias, dueAt: this.now() }));
      return true;
    });
  }

  /**
   * The object is uploaded under another key, and the files of the plain one go.
   *
   * @returns false when its rows were deleted meanwhile
   */
  async rename(job: Job, newKey: ObjectKey): Promise<boolean> {
    const { id, objectKey, nodeAlias, backedUpGeneration } = job;
    const fresh = { attempts: 0, lastError: null, backedUpGeneration: null, sentTo: null };
    return inTransaction(this.dataSource, async (manager) => {
      if (!(await manager.existsBy(Job, { id }))) return false;
      const isNamed = await this.isNamed((listener) => listener.renamed?.(manager, objectKey as ObjectKey, newKey));
      if (!isNamed) return false;
      await manager.update(Job, { id }, { ...fresh, objectKey: newKey });
      const discard = newJob(
        { kind: 'discard', lane: 'removal', key: objectKey as ObjectKey },
        { nodeAlias, dueAt: this.now() },
      );
      discard.backedUpGeneration = backedUpGeneration;
      await manager.insert(Job, discard);
      return true;
    });
  }

  /** Tells all listeners. @returns whether one of them has rows of the object */
  private async isNamed(tell: (listener: Partial<UploadListener>) => Promise<boolean> | undefined): Promise<boolean> {
    const answers: boolean[] = [];
    for (const listener of this.listeners()) answers.push((await tell(listener)) ?? false);
    return answers.includes(true);
  }

  private after(delayMs: number | undefined): { dueAt?: Date } {
    return delayMs === undefined ? {} : { dueAt: new Date(this.clock.epochMs() + delayMs) };
  }

  now(): Date {
    return new Date(this.clock.epochMs());
  }
}

function isMediaUpload({ kind, lane }: Job): boolean {
  return kind === 'upload' && lane === 'media';
}

function textOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, MAX_ERROR_LENGTH);
}
