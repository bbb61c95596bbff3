import { setImmediate } from 'node:timers/promises';

/** Others go on sending meanwhile: they keep nobody waiting. */
const MOST_TURNS = 16;

/**
 * In each of its turns the event loop reads some of each socket.
 *
 * @param heardCount datagrams so far
 * @returns once a whole turn brought none, or after many turns
 */
export async function untilQuiet(heardCount: () => number): Promise<void> {
  for (let turns = MOST_TURNS; turns > 0; turns--) {
    const before = heardCount();
    await setImmediate();
    // What is due in this turn was perhaps under way already: a whole turn lies before the next.
    await setImmediate();
    if (heardCount() === before) return;
  }
}
