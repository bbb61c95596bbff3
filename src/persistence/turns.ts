import { setImmediate, setTimeout } from 'node:timers/promises';

const lastOf = new WeakMap<object, Promise<unknown>>();

/** How long those that wait for each other leave the event loop to everybody else in between. */
const PAUSE_MS = 2;

/** One after another, in the order of the calls, for each `owner`. What is done in a turn may hold the event loop up: others get theirs in between. */
export function inTurn<T>(owner: object, work: () => Promise<T>): Promise<T> {
  const before = lastOf.get(owner);
  const turn = before === undefined ? setImmediate() : before.then(() => setTimeout(PAUSE_MS));
  const run = turn.then(work);
  const settled = run.then(
    () => undefined,
    () => undefined,
  );
  lastOf.set(owner, settled);
  void settled.then(() => {
    if (lastOf.get(owner) === settled) lastOf.delete(owner);
  });
  return run;
}
