import { setImmediate, setTimeout } from 'node:timers/promises';
import type { DataSource, EntityManager } from 'typeorm';

const lastOf = new WeakMap<DataSource, Promise<unknown>>();
const callbacksOf = new WeakMap<EntityManager, (() => void)[]>();

/** How long those that wait for each other leave the event loop to everybody else in between. */
const PAUSE_MS = 2;

/**
 * Runs `work` in a transaction of its own. SQLite has one connection here, on which a second transaction would become
 * part of the first: there they wait for each other, so every write goes through this. SQLite answers at once, so one after
 * another they would keep everybody else waiting: requests get their turn in between.
 */
export function inTransaction<T>(dataSource: DataSource, work: (manager: EntityManager) => Promise<T>): Promise<T> {
  if (dataSource.options.type !== 'better-sqlite3') return transact(dataSource, work);
  const before = lastOf.get(dataSource);
  const turn = before === undefined ? setImmediate() : before.then(() => setTimeout(PAUSE_MS));
  const run = turn.then(() => transact(dataSource, work));
  const settled = run.then(
    () => undefined,
    () => undefined,
  );
  lastOf.set(dataSource, settled);
  void settled.then(() => {
    if (lastOf.get(dataSource) === settled) lastOf.delete(dataSource);
  });
  return run;
}

/**
 * Calls back once the transaction that {@link inTransaction} gave the manager for has been committed, never when it fails;
 * at once when the manager is in none.
 */
export function afterCommit(manager: EntityManager, callback: () => void): void {
  const callbacks = callbacksOf.get(manager);
  if (callbacks === undefined) callback();
  else callbacks.push(callback);
}

async function transact<T>(dataSource: DataSource, work: (manager: EntityManager) => Promise<T>): Promise<T> {
  const callbacks: (() => void)[] = [];
  const result = await dataSource.transaction((manager) => {
    callbacksOf.set(manager, callbacks);
    return work(manager);
  });
  for (const callback of callbacks) callback();
  return result;
}
