import { setImmediate } from 'node:timers/promises';
import type { Job, JobLane as LaneName } from '../entities/job.entity.js';
import type { JobChoice, JobTable } from './job-table.js';

/** More than can be under way in all lanes together, so that a page always has one that can begin. */
const PAGE_JOBS = 256;
/** What one request of a bucket can delete. */
const MOST_TOGETHER = 1000;
const DATABASE_PAUSE_MS = 1000;
const LONGEST_TIMER_MS = 60_000;

/** What may be done now. */
export interface JobPermit {
  readonly choice: JobChoice;
  /** @returns how to give it back, or undefined when somebody else has got it meanwhile: the end of his job wakes all */
  take(): (() => void) | undefined;
  /**
   * @param jobs one, or deletions that are done together
   * @returns whether the line goes on behind them; false when they are the first to be tried again
   */
  run(jobs: readonly Job[]): Promise<boolean>;
}

/** What lanes share. */
export interface LaneHost {
  readonly table: JobTable;
  /** Objects that something is done with: never two jobs of one at once. */
  readonly busyKeys: Set<string>;
  /** What may be done now, the most wanted first. */
  permits(lane: LaneName): Iterable<JobPermit>;
  /** Milliseconds until there may be more permits; undefined when time changes nothing about them. */
  permitWaitMs(): number | undefined;
  /** A job of the lane has ended: others may begin, also in lanes that wait for the same. */
  ended(lane: LaneName): void;
  warn(message: string, cause: unknown): void;
}

/** Does the jobs of one kind, oldest first, so many side by side, and sleeps while there is nothing to do. */
export class JobLane {
  private page: Job[] = [];
  private underWay = 0;
  private isPumping = false;
  private isCalled = false;
  private isStopped = false;
  private timer: NodeJS.Timeout | undefined;
  private idleCallbacks: (() => void)[] = [];

  constructor(
    private readonly name: LaneName,
    private readonly limit: number,
    private readonly host: LaneHost,
  ) {}

  /** Looks for work, now or right after what it is at. */
  wake(): void {
    this.isCalled = true;
    if (this.isPumping || this.isStopped) return;
    this.isPumping = true;
    clearTimeout(this.timer);
    void this.pump();
  }

  /** Begins nothing any more. What is under way goes on. */
  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  /** @returns when nothing is under way and nothing can begin now */
  whenIdle(): Promise<void> {
    if (this.isIdle) return Promise.resolve();
    return new Promise((resolve) => this.idleCallbacks.push(resolve));
  }

  private get isIdle(): boolean {
    return !this.isPumping && this.underWay === 0;
  }

  private async pump(): Promise<void> {
    while (this.isCalled && !this.isStopped) {
      this.isCalled = false;
      const lookedAt = this.host.table.now();
      const permitMs = this.host.permitWaitMs();
      try {
        while (await this.beginOne()) {
          // SQLite answers at once: between two jobs everything else has its turn.
          await setImmediate();
        }
        await this.setTimer(lookedAt, permitMs);
      } catch (error) {
        this.host.warn('The jobs cannot be read from the database; this is tried again.', error);
        await pause(DATABASE_PAUSE_MS);
        this.isCalled = true;
      }
    }
    this.isPumping = false;
    this.tellIdle();
  }

  /** @returns false when no job can begin now */
  private async beginOne(): Promise<boolean> {
    if (this.underWay >= this.limit || this.isStopped) return false;
    for (const permit of this.host.permits(this.name)) {
      const jobs = await this.next(permit.choice);
      if (jobs.length > 0) return this.begin(jobs, permit);
    }
    return false;
  }

  private begin(jobs: readonly Job[], permit: JobPermit): boolean {
    const giveBack = permit.take();
    if (giveBack === undefined) {
      for (const { objectKey } of jobs) this.host.busyKeys.delete(objectKey);
      this.page = [];
      return false;
    }
    this.underWay += 1;
    void this.run(jobs, permit, giveBack);
    return true;
  }

  private async next(choice: JobChoice): Promise<Job[]> {
    const isAny = choice === 'any';
    const seen = isAny ? await this.firstFree(this.page) : undefined;
    if (seen !== undefined) return this.withOthers(seen, this.page);
    const page = await this.host.table.due(this.name, choice, this.name === 'removal' ? MOST_TOGETHER : PAGE_JOBS);
    if (isAny) this.page = page;
    const first = await this.firstFree(page);
    return first === undefined ? [] : this.withOthers(first, page);
  }

  /** Deletions go together, everything else alone. */
  private async withOthers(first: Job, page: Job[]): Promise<Job[]> {
    if (first.kind !== 'delete') return [first];
    const { busyKeys, table } = this.host;
    const others: Job[] = [];
    while (page[0]?.kind === 'delete') {
      const [job] = page.splice(0, 1);
      if (job === undefined || busyKeys.has(job.objectKey)) continue;
      busyKeys.add(job.objectKey);
      others.push(job);
    }
    let fresh: Job[] = [];
    try {
      fresh = await table.rereadAll(others);
    } finally {
      const freshKeys = new Set(fresh.map(({ objectKey }) => objectKey));
      for (const { objectKey } of others) if (!freshKeys.has(objectKey)) busyKeys.delete(objectKey);
    }
    return [first, ...fresh];
  }

  /** Takes jobs from a page until one can begin, and marks its object, which may have been renamed since it was seen. */
  private async firstFree(page: Job[]): Promise<Job | undefined> {
    const { busyKeys, table } = this.host;
    for (let seen = page.shift(); seen !== undefined; seen = page.shift()) {
      const { objectKey } = seen;
      if (busyKeys.has(objectKey)) continue;
      busyKeys.add(objectKey);
      let job: Job | undefined;
      try {
        job = await table.reread(seen);
      } finally {
        if (job?.objectKey !== objectKey) busyKeys.delete(objectKey);
      }
      if (job?.objectKey === objectKey) return job;
      if (job !== undefined) page.unshift(job);
    }
    return undefined;
  }

  private async run(jobs: readonly Job[], permit: JobPermit, giveBack: () => void): Promise<void> {
    try {
      if (!(await permit.run(jobs))) this.page = [];
    } catch (error) {
      // The job stays as it was: it is done once more, which changes nothing that was done.
      if (!this.isStopped) this.host.warn('The end of a job could not be written down; it is done again.', error);
      await pause(DATABASE_PAUSE_MS);
    }
    giveBack();
    for (const { objectKey } of jobs) this.host.busyKeys.delete(objectKey);
    this.underWay -= 1;
    this.host.ended(this.name);
    this.tellIdle();
  }

  /** Both are what was before the look for jobs: what changed since has woken the lane, or is found by the timer. */
  private async setTimer(lookedAt: Date, permitMs: number | undefined): Promise<void> {
    if (this.underWay >= this.limit || this.isStopped) return;
    const waits = [permitMs, await this.host.table.nextDueMs(this.name, lookedAt)];
    const waitMs = Math.min(LONGEST_TIMER_MS, ...waits.filter((wait) => wait !== undefined));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.wake(), waitMs + 1).unref();
  }

  private tellIdle(): void {
    if (!this.isIdle) return;
    for (const callback of this.idleCallbacks.splice(0)) callback();
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
