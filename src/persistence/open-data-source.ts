import type { DataSource, DataSourceOptions } from 'typeorm';
import { DatabaseOfLaterVersionError } from './migrations-done.js';
import { OlderNodesRunError } from './older-nodes.js';
import { PortableDataSource } from './portable-data-source.js';

/** The database cannot be opened or brought to this version's tables. */
export class DatabaseUnusableError extends Error {
  override readonly name = 'DatabaseUnusableError';

  constructor(cause: unknown) {
    super(`the database that database.url names cannot be used (${reasonOf(cause)}).`, {
      cause,
    });
  }
}

/**
 * Connects and runs the migrations that are not in yet, unless the options say otherwise.
 *
 * @throws {DatabaseUnusableError | DatabaseOfLaterVersionError | OlderNodesRunError}
 */
export async function openDataSource(options: DataSourceOptions): Promise<DataSource> {
  try {
    return await new PortableDataSource(options).initialize();
  } catch (error) {
    if (error instanceof DatabaseOfLaterVersionError || error instanceof OlderNodesRunError) throw error;
    throw new DatabaseUnusableError(error);
  }
}

/** A name with several addresses fails with one error for each of them and no words of its own. */
function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.message === '') return cause.errors.map(reasonOf).join(', ');
  return cause instanceof Error ? cause.message : String(cause);
}
