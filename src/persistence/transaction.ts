import { setImmediate, setTimeout } from 'node:timers/promises';
import { QueryFailedError, type DataSource, type EntityManager } from 'typeorm';
import { isPostgres } from './portable-data-source.js';

const lastOf = new WeakMap<DataSource, Promise<unknown>>();
const callbacksOf = new WeakMap<EntityManager, (() => void)[]>();

/** How long those that wait for each other leave the event loop to everybody else in between. */
const PAUSE_MS = 2;

/** SQLSTATEs of PostgreSQL for two transactions in each other's way: not serializable, deadlock, the same row inserted by both. */
const COLLISIONS: readonly unknown[] = ['40001', '40P01', '23505'];
const MOST_TRIES = 6;
const SHORTEST_RETRY_MS = 10;

/**
 * Runs `work` in a transaction of its own. SQLite has one connection here, on which a second transaction would become
 * part of the first: there they wait for each other, so every write goes through this. SQLite answers at once, so one after
 * another they would keep everybody else waiting: requests get their turn in between. On PostgreSQL they run side by side,
 * and one that another got in the way of is run again: `work` changes nothing but rows, and tells by its result what it did.
 */
export function inTransaction<T>(dataSource: DataSource, work: (manager: EntityManager) => Promise<T>): Promise<T> {
  if (isPostgres(dataSource)) return insist(dataSource, work);
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

async function insist<T>(dataSource: DataSource, work: (manager: EntityManager) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await transact(dataSource, work);
    } catch (error) {
      if (tries === MOST_TRIES || !isCollision(error)) throw error;
      await setTimeout(Math.random() * SHORTEST_RETRY_MS * 2 ** tries);
    }
  }
}

function isCollision(error: unknown): boolean {
  if (!(error instanceof QueryFailedError)) return false;
  return COLLISIONS.includes((error.driverError as { readonly code?: unknown }).code);
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
