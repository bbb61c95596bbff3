import { AppError } from '../../shared/errors.js';
import type { FailureLog } from '../signaling/ports/failure-log.js';

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 10_000;

export type Commit = () => Promise<void> | void;

/**
 * What a stream's recordings want in the index, strictly in order. A commit that fails is tried again until it succeeds,
 * with growing pauses: while the database is away media goes on to disk and commits wait here, a few small objects per
 * second. A commit that is refused by a rule (an {@link AppError}) would be refused for ever: it is logged and left out.
 * Its bytes stay, and the next start finds them when their session is not completed by then.
 */
export class CommitQueue {
  private readonly waiting: Commit[] = [];
  private running: Promise<void> | undefined;

  constructor(private readonly log: FailureLog) {}

  get isSettled(): boolean {
    return this.running === undefined;
  }

  push(commit: Commit): void {
    this.waiting.push(commit);
    this.running ??= this.run();
  }

  /** @returns false when commits are still waiting after `limitMs` */
  async settle(limitMs: number): Promise<boolean> {
    if (this.running === undefined) return true;
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<boolean>((resolve) => {
      timer = setTimeout(resolve, limitMs, false);
    });
    const settled = await Promise.race([this.running.then(() => true), limit]);
    clearTimeout(timer);
    return settled;
  }

  private async run(): Promise<void> {
    for (let commit = this.waiting.shift(); commit !== undefined; commit = this.waiting.shift()) {
      await this.insist(commit);
    }
    this.running = undefined;
  }

  private async insist(commit: Commit): Promise<void> {
    for (
      let pauseMs = FIRST_RETRY_MS;
      !(await this.attempt(commit));
      pauseMs = Math.min(2 * pauseMs, LONGEST_RETRY_MS)
    ) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs).unref());
    }
  }

  /** @returns false when it is to be tried again */
  private async attempt(commit: Commit): Promise<boolean> {
    try {
      await commit();
      return true;
    } catch (error) {
      const isRefused = error instanceof AppError && error.kind !== 'unavailable';
      if (isRefused) this.log.error('The index refused a commit.', error);
      else this.log.warn('A commit failed and will be tried again.', error);
      return isRefused;
    }
  }
}
