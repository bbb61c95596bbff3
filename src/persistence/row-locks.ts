import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { isPostgres } from './portable-data-source.js';

/** Whether the manager is in a transaction beside which others run: not on SQLite, which has one at a time. */
export function locksRows({ dataSource, queryRunner }: EntityManager): boolean {
  return isPostgres(dataSource) && queryRunner?.isTransactionActive === true;
}

/** Options of a find, in a transaction: its rows are nobody else's to change until the end of it. */
export function forUpdate(manager: EntityManager): { readonly lock?: { readonly mode: 'pessimistic_write' } } {
  return locksRows(manager) ? { lock: { mode: 'pessimistic_write' } } : {};
}

/**
 * Keeps other transactions that lock the same name waiting until the end of this one: for what has no row yet. Who locks several at once locks them in the same order as all others.
 */
export async function lockNames(manager: EntityManager, names: readonly string[]): Promise<void> {
  if (!locksRows(manager)) return;
  const keys = [...new Set(names.map(lockKey))].sort();
  if (keys.length === 0) return;
  const locks = keys.map((_, index) => `pg_advisory_xact_lock($${String(index + 1)}::bigint)`);
  await manager.query(`SELECT ${locks.join(', ')}`, keys);
}

/** 63 bits of it, as PostgreSQL takes them: two names with the same wait for each other needlessly, and no more. */
function lockKey(name: string): string {
  const bits = createHash('sha256').update(name).digest().readBigInt64BE() & 0x7fff_ffff_ffff_ffffn;
  return String(bits);
}
