import type { DataSource, EntityManager } from 'typeorm';

const lastOf = new WeakMap<DataSource, Promise<unknown>>();

/**
 * Runs `work` in a transaction of its own. SQLite has one connection here, on which a second transaction would become
 * part of the first: there they wait for each other, so every write goes through this.
 */
export function inTransaction<T>(dataSource: DataSource, work: (manager: EntityManager) => Promise<T>): Promise<T> {
  if (dataSource.options.type !== 'better-sqlite3') return dataSource.transaction(work);
  const before = lastOf.get(dataSource) ?? Promise.resolve();
  const run = before.then(() => dataSource.transaction(work));
  lastOf.set(
    dataSource,
    run.catch(() => undefined),
  );
  return run;
}
