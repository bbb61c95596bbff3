import { Readable } from 'node:stream';
import { inTime, TimeLimitError } from '../../shared/in-time.js';
import { StorageUnavailableError } from './storage.errors.js';

/** Somebody waits for the answer: a bucket that needs longer is away. */
const ANSWER_LIMIT_MS = 5_000;

/**
 * What a bucket answers while a request waits for it.
 *
 * @throws {StorageUnavailableError} when it does not answer in time; what it opens later is closed
 */
export async function answerOf<T>(answer: Promise<T>, limitMs = ANSWER_LIMIT_MS): Promise<T> {
  try {
    return await inTime(answer, limitMs);
  } catch (error) {
    if (!(error instanceof TimeLimitError)) throw error;
    void answer.then(closeLate, () => undefined);
    throw new StorageUnavailableError('unreachable', `${error.message}.`, { cause: error });
  }
}

function closeLate(answer: unknown): void {
  if (answer instanceof Readable) answer.destroy();
}
