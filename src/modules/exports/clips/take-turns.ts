import { setImmediate } from 'node:timers/promises';
import type { Steps } from '../../../shared/steps.js';

/** Everybody else waits for this long at most, and for one step. */
const TURN_MS = 10;

/**
 * Does work step by step, and lets others of the thread have their turn in between.
 *
 * @throws what the signal was aborted with
 */
export async function takeTurns<T>(steps: Steps<T>, signal?: AbortSignal): Promise<T> {
  for (let endMs = performance.now() + TURN_MS; ;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (performance.now() < endMs) continue;
    await setImmediate();
    signal?.throwIfAborted();
    endMs = performance.now() + TURN_MS;
  }
}
