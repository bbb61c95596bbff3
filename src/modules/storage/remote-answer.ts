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

/**
 * @returns the same body, once the first of it is there
 * @throws {StorageUnavailableError} when it does not come in time: the body is closed
 */
export async function begun(body: Readable, limitMs = ANSWER_LIMIT_MS): Promise<Readable> {
  try {
    await inTime(firstOf(body), limitMs);
    return body;
  } catch (error) {
    body.destroy();
    const reason = error instanceof TimeLimitError ? `${error.message}.` : 'the object cannot be read.';
    throw new StorageUnavailableError('unreachable', reason, { cause: error });
  }
}

/**
 * Tells of a body that was given up when nothing more had come of it for long, while its reader had taken all there was.
 *
 * @param body whose parts are asked for one by one, and that does not flow
 */
export function tellStall(body: Readable, onStall: (silentMs: number) => void, limitMs = ANSWER_LIMIT_MS): void {
  let heardAtMs = performance.now();
  body.on('readable', () => {
    heardAtMs = performance.now();
  });
  body.once('close', () => {
    const silentMs = performance.now() - heardAtMs;
    if (!body.readableEnded && body.readableLength === 0 && silentMs >= limitMs) onStall(silentMs);
  });
}

/** What is there is left for the reader. */
function firstOf(body: Readable): Promise<void> {
  if (body.readableLength > 0 || body.readableEnded) return Promise.resolve();
  return new Promise((resolve, reject) => {
    body.once('readable', resolve).once('close', resolve).once('error', reject);
  });
}

function closeLate(answer: unknown): void {
  if (answer instanceof Readable) answer.destroy();
}
