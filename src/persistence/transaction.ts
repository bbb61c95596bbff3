import { setTimeout } from 'node:timers/promises';
import { QueryFailedError, type DataSource, type EntityManager } from 'typeorm';
import { isPostgres, logOf } from './portable-data-source.js';
import { inTurn } from './turns.js';

const callbacksOf = new WeakMap<EntityManager, (() => void)[]>();
const endingsOf = new WeakMap<EntityManager, (() => Promise<void>)[]>();

/** SQLSTATEs of PostgreSQL for two transactions in each other's way: not serializable, deadlock, the same row inserted by both. */
const COLLISIONS: readonly unknown[] = ['40001', '40P01', '23505'];
const MOST_TRIES = 6;
const SHORTEST_RETRY_MS = 10;

/**
 * Runs `work` in a transaction of its own. SQLite has one connection here, on which a second transaction would become
 * part of the first: there they wait for each other, so every write goes through this. On PostgreSQL they run side by side,
 * and one that another got in the way of is run again: `work` changes nothing but rows, and tells by its result what it did.
 *
 * @returns when what was committed survives a power cut
 * @throws {LogNotSyncedError} when it may not, though others see it: what is done once more has to find it done
 */
export function inTransaction<T>(dataSource: DataSource, work: (manager: EntityManager) => Promise<T>): Promise<T> {
  return isPostgres(dataSource) ? insist(dataSource, work) : syncedTransaction(dataSource, work);
}

/**
 * Reads rows of which something follows that cannot be taken back: what it finds was committed, and survives a power cut.
 * By itself a query on SQLite also sees what a transaction has written that is not over yet.
 */
export async function readSettled<T>(dataSource: DataSource, read: (manager: EntityManager) => Promise<T>): Promise<T> {
  if (isPostgres(dataSource)) return read(dataSource.manager);
  const log = logOf(dataSource);
  const result = await inTurn(dataSource, async () => {
    await log?.mend();
    return read(dataSource.manager);
  });
  await log?.settled();
  return result;
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

/**
 * Has `work` done in the transaction that {@link inTransaction} gave the manager for, after everything else: it is committed
 * with it or not at all. Nothing is done when the manager is in none.
 */
export function beforeCommit(manager: EntityManager, work: () => Promise<void>): void {
  endingsOf.get(manager)?.push(work);
}

async function insist<T>(dataSource: DataSource, work: (manager: EntityManager) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return acknowledge(await commit(dataSource, work));
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

/** The next transaction need not wait for the sync: several that wait for one have it together. */
async function syncedTransaction<T>(dataSource: DataSource, work: (manager: EntityManager) => Promise<T>): Promise<T> {
  const log = logOf(dataSource);
  const { committed, synced } = await inTurn(dataSource, async () => {
    await log?.mend();
    const outcome = await commit(dataSource, work);
    const isOnDisk = log?.synced();
    isOnDisk?.catch(() => undefined);
    await log?.limit();
    return { committed: outcome, synced: isOnDisk };
  });
  await synced;
  return acknowledge(committed);
}

interface Committed<T> {
  readonly result: T;
  readonly callbacks: readonly (() => void)[];
}

async function commit<T>(dataSource: DataSource, work: (manager: EntityManager) => Promise<T>): Promise<Committed<T>> {
  const callbacks: (() => void)[] = [];
  const result = await dataSource.transaction(async (manager) => {
    const endings: (() => Promise<void>)[] = [];
    callbacksOf.set(manager, callbacks);
    endingsOf.set(manager, endings);
    const done = await work(manager);
    for (const end of endings) await end();
    return done;
  });
  return { result, callbacks };
}

function acknowledge<T>({ result, callbacks }: Committed<T>): T {
  for (const callback of callbacks) callback();
  return result;
}
