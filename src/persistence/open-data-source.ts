import { DataSource, type DataSourceOptions } from 'typeorm';

/** The database cannot be opened or brought to this version's tables. Stops the start. */
export class DatabaseUnusableError extends Error {
  override readonly name = 'DatabaseUnusableError';

  constructor(cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`Aircheck cannot start: the database that database.url names cannot be used (${reason}).`, { cause });
  }
}

/** Connects and runs the migrations that are not in yet. @throws {DatabaseUnusableError} */
export async function openDataSource(options: DataSourceOptions): Promise<DataSource> {
  try {
    return await new DataSource(options).initialize();
  } catch (error) {
    throw new DatabaseUnusableError(error);
  }
}
