import { LogNotSyncedError } from '../../../persistence/sqlite-log/log-sync.js';
import { isDatabaseAway } from '../../../platform/problem/database-away.js';
import type { CountedSegment } from './commit-segments.js';

/** A transaction of this many takes some hundredths of a second. */
const MOST_AT_ONCE = 200;

interface Waiting {
  readonly segment: CountedSegment;
  readonly resolve: () => void;
  readonly reject: (cause: unknown) => void;
}

/**
 * Commits in one transaction what comes while the last one runs: a disk that syncs a hundred times a second takes the
 * segments of a thousand streams so. One that a rule or the database refuses costs the others nothing.
 */
export class SegmentBatches {
  private readonly waiting: Waiting[] = [];
  private isRunning = false;

  /** @param commit all of them, or none */
  constructor(private readonly commit: (segments: readonly CountedSegment[]) => Promise<void>) {}

  /** @returns when the segment has its row */
  add(segment: CountedSegment): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ segment, resolve, reject });
      void this.run();
    });
  }

  private async run(): Promise<void> {
    if (this.isRunning) return;
    this.isRunning = true;
    while (this.waiting.length > 0) await this.attempt(this.waiting.splice(0, MOST_AT_ONCE));
    this.isRunning = false;
  }

  private async attempt(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.commit(batch.map(({ segment }) => segment));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      if (batch.length > 1 && !isOfAll(error)) await this.attemptEach(batch);
      else for (const { reject } of batch) reject(error);
    }
  }

  /** Until it shows that none of them can be committed now. */
  private async attemptEach(batch: readonly Waiting[]): Promise<void> {
    let failure: unknown;
    for (const { segment, resolve, reject } of batch) {
      if (isOfAll(failure)) {
        reject(failure);
        continue;
      }
      try {
        await this.commit([segment]);
        resolve();
      } catch (error) {
        failure = error;
        reject(error);
      }
    }
  }
}

/** Whether it has nothing to do with what was to be committed. */
function isOfAll(error: unknown): boolean {
  return isDatabaseAway(error) || error instanceof LogNotSyncedError;
}
