import type { Clock } from '../../shared/clock.js';
import { answerOf } from './remote-answer.js';
import { StorageUnavailableError } from './storage.errors.js';

/** As long as clients are told to wait. */
const CALM_MS = 5_000;
/** What fails sooner makes nobody wait, and may be asked again at once. */
const SLOW_MS = 1_000;

/**
 * Asks a store while a request waits for the answer. A store that has kept somebody waiting for nothing is left alone for a
 * few seconds, then one request at a time finds out for all; who comes meanwhile is told at once.
 */
export class AnswerGate {
  private silence: StorageUnavailableError | undefined;
  private retryAtMs = 0;
  private answeredAtMs = -Infinity;
  private isTrying = false;

  constructor(private readonly clock: Clock) {}

  /** @throws {StorageUnavailableError} also without asking; and what the store answers */
  async through<T>(ask: () => Promise<T>): Promise<T> {
    const isTrial = this.silence !== undefined;
    if (isTrial && (this.isTrying || this.clock.monotonicMs() < this.retryAtMs)) {
      throw new StorageUnavailableError('unreachable', 'it did not answer a moment ago.', { cause: this.silence });
    }
    if (isTrial) this.isTrying = true;
    const askedAtMs = this.clock.monotonicMs();
    try {
      const answer = await answerOf(ask());
      this.answered();
      return answer;
    } catch (error) {
      this.failed(error, askedAtMs);
      throw error;
    } finally {
      if (isTrial) this.isTrying = false;
    }
  }

  /** The store was found to answer. */
  answered(): void {
    this.silence = undefined;
    this.answeredAtMs = this.clock.monotonicMs();
  }

  /** The store has begun to answer, and then nothing more came of it. */
  stalled(silentMs: number): void {
    const error = new StorageUnavailableError('unreachable', 'it stopped in the middle of an object.');
    this.failed(error, this.clock.monotonicMs() - silentMs);
  }

  /** One slow object says nothing about a store that has answered others meanwhile. */
  private failed(error: unknown, askedAtMs: number): void {
    const nowMs = this.clock.monotonicMs();
    if (!(error instanceof StorageUnavailableError) || error.fault !== 'unreachable') {
      this.answered();
    } else if (nowMs - askedAtMs >= SLOW_MS && this.answeredAtMs <= askedAtMs) {
      this.silence = error;
      this.retryAtMs = nowMs + CALM_MS;
    }
  }
}
