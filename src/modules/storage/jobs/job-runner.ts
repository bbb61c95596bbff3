import type { BeforeApplicationShutdown, OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { Clock } from '../../../shared/clock.js';
import { inTime, TimeLimitError } from '../../../shared/in-time.js';
import type { Job, JobLane as LaneName } from '../entities/job.entity.js';
import type { ObjectKey } from '../ports/object-key.js';
import type { Stores } from '../ports/stores.js';
import { StorageCallUnsupportedError, StorageUnavailableError } from '../storage.errors.js';
import { JobLane, type JobPermit, type LaneHost } from './job-lane.js';
import type { JobChoice, JobTable } from './job-table.js';
import { JobWork } from './job-work.js';
import { ObjectKeyTakenError, StoredCopyMissingError, UploadLostError } from './job.errors.js';
import { retryDelayMs, type RetryTiming } from './retry-delay.js';
import { StoreCircuit } from './store-circuit.js';

/** Where failures go that no request waits for. */
export interface JobLog {
  log(message: string): void;
  warn(message: string, cause?: unknown): void;
  error(message: string, cause?: unknown): void;
}

export interface JobSettings {
  readonly uploadsSideBySide: number;
  /** How long the bucket has to fail before media goes to the backup storage. */
  readonly backupAfterMs: number;
  /** From the first sign of the shutdown on, so long jobs go on; what is left then stays for the next start. */
  readonly graceMs: number;
  readonly retry: RetryTiming;
}

/** Of views, which are small, and of removals. */
const OTHERS_SIDE_BY_SIDE = 2;
/** More than there are who can be called, so that nobody who does not answer keeps others from being called. */
const CALLS_SIDE_BY_SIDE = 100;
/** A job that fails so often while the store gives no clear answer may be the reason itself: others are tried first. */
const PATIENCE = 20;
/** A job that was put off comes after the next trial, which another one may make. */
const AFTER_TRIAL_MS = 1000;

/** For what asks no store but this machine. */
const ALWAYS: JobPermit['take'] = () => () => undefined;

function noCalls(): Promise<never> {
  return Promise.reject(new RangeError('Nobody does calls.'));
}

/** Does this node's jobs, as long as the server runs. */
export class JobRunner implements LaneHost, OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown {
  readonly busyKeys = new Set<string>();
  private readonly lanes: readonly JobLane[];
  /** Nothing waits for those who are called, least of all the end of the server. */
  private readonly callLane: JobLane;
  private readonly bucket: StoreCircuit;
  private readonly backup: StoreCircuit;
  private readonly work: JobWork;
  private isStarted = false;
  private endsAtMs: number | undefined;

  constructor(
    readonly table: JobTable,
    private readonly stores: Stores,
    private readonly settings: JobSettings,
    private readonly clock: Clock,
    private readonly jobLog: JobLog,
    private readonly doCall: (key: string) => Promise<number | undefined> = noCalls,
  ) {
    this.bucket = this.circuit('bucket');
    this.backup = this.circuit('backup storage');
    this.work = new JobWork(stores, { bucket: this.bucket, backup: this.backup });
    this.lanes = [
      new JobLane('view', OTHERS_SIDE_BY_SIDE, this),
      new JobLane('removal', OTHERS_SIDE_BY_SIDE, this),
      new JobLane('media', settings.uploadsSideBySide, this),
    ];
    this.callLane = new JobLane('call', CALLS_SIDE_BY_SIDE, this);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.table.adopt();
    this.isStarted = true;
    this.wake();
  }

  /** There may be something to do. Jobs that are due begin at once. */
  wake(): void {
    if (!this.isStarted) return;
    for (const lane of [...this.lanes, this.callLane]) lane.wake();
  }

  /** The first sign of the shutdown: the time for it is counted from here. */
  onModuleDestroy(): void {
    this.callLane.stop();
    this.endsAtMs ??= this.clock.monotonicMs() + this.settings.graceMs;
  }

  /** Recordings have ended with their rows by now. A store that does not answer is not waited for. */
  async beforeApplicationShutdown(): Promise<void> {
    this.onModuleDestroy();
    const leftMs = (this.endsAtMs ?? 0) - this.clock.monotonicMs();
    try {
      await inTime(Promise.all(this.lanes.map((lane) => lane.whenIdle())), Math.max(0, leftMs));
    } catch (error) {
      if (!(error instanceof TimeLimitError)) throw error;
      this.jobLog.log('Not all uploads could be finished; they go on at the next start.');
    }
    this.isStarted = false;
    for (const lane of this.lanes) lane.stop();
  }

  /** While the bucket fails, uploads go to the backup storage after a while, and deletions do their part here. */
  *permits(lane: LaneName): Iterable<JobPermit> {
    const { bucket, backup } = this;
    if (lane === 'call') yield { choice: 'any', take: ALWAYS, run: (jobs) => this.call(jobs) };
    else if (this.stores.bucket === undefined) yield { ...this.permit('deletion', bucket), take: ALWAYS };
    else if (bucket.isOpen) yield this.permit('any', bucket);
    else if (lane === 'removal') yield { ...this.permit('local-deletion', bucket), take: ALWAYS };
    else if (this.isBackupDue && backup.isOpen) yield this.permit('backup', backup);
  }

  permitWaitMs(): number | undefined {
    const circuits = this.isBackupDue ? [this.bucket, this.backup] : [this.bucket];
    const waits = circuits.map(({ waitMs }) => waitMs).filter((waitMs) => waitMs > 0);
    return waits.length === 0 ? undefined : Math.min(...waits);
  }

  /** Calls and stores wait for nothing of each other. */
  ended(lane: LaneName): void {
    if (!this.isStarted) return;
    for (const one of lane === 'call' ? [this.callLane] : this.lanes) one.wake();
  }

  warn(message: string, cause: unknown): void {
    this.jobLog.warn(message, cause);
  }

  private get isBackupDue(): boolean {
    return this.stores.backup !== undefined && this.bucket.failingForMs >= this.settings.backupAfterMs;
  }

  private permit(choice: JobChoice, circuit: StoreCircuit): JobPermit {
    return {
      choice,
      take: () => {
        const admission = circuit.enter();
        return admission && (() => circuit.leave(admission));
      },
      run: ([job, ...others]) => {
        if (job === undefined) return Promise.resolve(true);
        return job.kind === 'delete' ? this.delete([job, ...others], choice) : this.run(job, choice, circuit);
      },
    };
  }

  /** What fails is told by whoever is asked to call, and tried again later. */
  private async call([job]: readonly Job[]): Promise<boolean> {
    if (job === undefined) return true;
    try {
      const againMs = await this.doCall(job.objectKey);
      if (againMs === undefined) await this.table.finish(job);
      else await this.table.putBehind(job, againMs);
    } catch (error) {
      await this.table.fail(job, error, retryDelayMs(job.attempts + 1, this.settings.retry));
    }
    return true;
  }

  private async run(job: Job, choice: JobChoice, circuit: StoreCircuit): Promise<boolean> {
    try {
      if (choice === 'backup') await this.work.backUp(job);
      else await this.work.run(job);
    } catch (error) {
      return this.failed(job, error, circuit);
    }
    if (choice === 'backup') await this.table.backedUp(job);
    else await this.table.finish(job);
    return true;
  }

  private async delete(jobs: readonly [Job, ...Job[]], choice: JobChoice): Promise<boolean> {
    const isHereOnly = choice === 'local-deletion';
    let failures: ReadonlyMap<Job, Error>;
    try {
      failures = isHereOnly ? await this.work.deleteHere(jobs) : await this.work.delete(jobs);
    } catch (error) {
      return this.deletionFailed(jobs, error);
    }
    const done = jobs.filter((job) => !failures.has(job));
    if (isHereOnly) await this.table.deletedHere(done);
    else await this.table.finishAll(done);
    for (const [job, error] of failures) await this.failed(job, error, this.bucket);
    return true;
  }

  /** The store has refused all of them, or did not answer. */
  private async deletionFailed(jobs: readonly [Job, ...Job[]], error: unknown): Promise<boolean> {
    const [{ objectKey, attempts }] = jobs;
    const what = jobs.length === 1 ? objectKey : `${objectKey} and ${String(jobs.length - 1)} more`;
    if (error instanceof StorageCallUnsupportedError) {
      this.jobLog.warn(`Deleted here, left in the bucket: ${what}. ${error.message}`);
      await this.table.finishAll(jobs);
      return true;
    }
    if (error instanceof StorageUnavailableError && this.bucket.isFailing && attempts < PATIENCE) {
      await this.table.failAll(jobs, error, undefined);
      return false;
    }
    this.jobLog.error(`What was to be deleted is still there, and is tried again: ${what}.`, error);
    await this.table.failAll(jobs, error, this.pauseMs(attempts, this.bucket));
    return true;
  }

  private async failed(job: Job, error: unknown, circuit: StoreCircuit): Promise<boolean> {
    if (error instanceof UploadLostError) {
      await this.table.lost(job);
      this.jobLog.error(`${job.objectKey} is lost, and not tried again.`, error);
      return true;
    }
    if (error instanceof StoredCopyMissingError) {
      if (await this.table.uploadInstead(job)) this.jobLog.warn(`${error.message} It is sent again from the spool.`);
      return true;
    }
    if (error instanceof ObjectKeyTakenError && (await this.isRenamed(job, error, circuit))) return true;
    const isStoresFault = error instanceof StorageUnavailableError && circuit.isFailing;
    if (isStoresFault && job.attempts < PATIENCE) {
      await this.table.fail(job, error, undefined);
      return false;
    }
    this.jobLog.error(`The job "${job.kind}" of ${job.objectKey} failed; it is tried again.`, error);
    await this.table.fail(job, error, this.pauseMs(job.attempts, circuit));
    return true;
  }

  /** Somebody else's bytes are left alone, and ours go beside them. */
  private async isRenamed(job: Job, taken: ObjectKeyTakenError, circuit: StoreCircuit): Promise<boolean> {
    let key: ObjectKey | undefined;
    try {
      key = await this.work.copyUnderOtherKey(job);
    } catch (error) {
      await this.failed(job, error, circuit);
      return true;
    }
    if (key === undefined) return false;
    if (!(await this.table.rename(job, key))) {
      await this.work.forgetCopy(key);
      return false;
    }
    this.jobLog.warn(`${taken.message} It is stored as ${key} instead.`);
    this.wake();
    return true;
  }

  private pauseMs(attempts: number, circuit: StoreCircuit): number {
    const delayMs = retryDelayMs(attempts + 1, this.settings.retry);
    return Math.max(delayMs, circuit.isFailing ? circuit.waitMs + AFTER_TRIAL_MS : 0);
  }

  private circuit(name: string): StoreCircuit {
    return new StoreCircuit(this.clock, this.settings.retry, {
      failed: (error) => this.jobLog.warn(`The ${name} fails: what is to go there waits. ${error.message}`, error),
      answered: () => this.jobLog.log(`The ${name} answers again.`),
    });
  }
}
