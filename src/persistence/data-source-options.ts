import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { DataSourceOptions } from 'typeorm';
import { sqlitePath, type AppConfig } from '../config/index.js';
import { keepToOwner } from './owner-only.js';
import { postgresOptions } from './postgres-options.js';

/** The classes a data source works with; each module brings its own entities. */
export interface Persisted {
  readonly entities: readonly (new () => object)[];
  readonly migrations: readonly (new () => object)[];
}

const BUSY_TIMEOUT_MS = 5000;

/**
 * How the database behaves, the same for the server and for the migration command line.
 *
 * @param database its URL `sqlite://PATH`, `postgres://…` or `postgresql://…`, which the configuration has checked, and what
 * of PostgreSQL may take how long
 */
export function dataSourceOptions(
  database: AppConfig['database'],
  { entities, migrations }: Persisted,
): DataSourceOptions {
  const { url } = database;
  const path = sqlitePath(url);
  return {
    ...(path === undefined ? postgresOptions(database) : sqliteOptions(path)),
    entities: [...entities],
    migrations: [...migrations],
    migrationsRun: true,
    migrationsTransactionMode: 'each',
    synchronize: false,
    logging: false,
  };
}

function sqliteOptions(path: string): DataSourceOptions {
  return {
    type: 'better-sqlite3',
    database: databaseFile(path),
    enableWAL: true,
    timeout: BUSY_TIMEOUT_MS,
    prepareDatabase: prepareSqlite,
  };
}

function databaseFile(path: string): string {
  if (path === ':memory:') return path;
  const file = resolve(path);
  mkdirSync(dirname(file), { recursive: true });
  return file;
}

interface SqliteConnection {
  /** The file, or `:memory:`. */
  readonly name: string;
  pragma(source: string): unknown;
}

/**
 * FULL syncs the log at each commit: a row promises that media is on disk, so it must not be lost to a power cut that
 * the media itself survived. So it is for migrations; then `SqliteLog` does the same without the main thread.
 */
function prepareSqlite(connection: SqliteConnection): void {
  if (connection.name !== ':memory:') keepToOwner(connection.name);
  connection.pragma('synchronous = FULL');
  connection.pragma('foreign_keys = ON');
}
