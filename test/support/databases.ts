import { join } from 'node:path';
import { loadConfig } from '../../src/config/index.js';
import type { AppConfig } from '../../src/config/index.js';
import { migrations } from '../../src/migrations/index.js';
import { dataSourceOptions } from '../../src/persistence/data-source-options.js';
import { openDataSource } from '../../src/persistence/open-data-source.js';
import { PostgresServer } from './postgres-server.js';
import { describeWith } from './tools.js';

/** Where the fixtures of a suite put their databases: files in their folders when there is none. */
let postgres: { readonly server: PostgresServer; readonly template: string } | undefined;

/** The same tests twice: the fixtures have their rows in SQLite, then in PostgreSQL. */
export function overBothDatabases(suite: (database: 'SQLite' | 'PostgreSQL') => void): void {
  describe('over SQLite', () => suite('SQLite'));
  describeWith('postgres')('over PostgreSQL', () => {
    beforeAll(async () => {
      const server = await PostgresServer.start();
      postgres = { server, template: await makeTemplate(server) };
    });
    afterAll(async () => {
      await postgres?.server[Symbol.asyncDispose]();
      postgres = undefined;
    });
    suite('PostgreSQL');
  });
}

/** Stops PostgreSQL for as long as the task takes. */
export async function whilePostgresIsStopped(task: () => Promise<void>): Promise<void> {
  if (postgres === undefined) throw new RangeError('PostgreSQL does not run');
  await postgres.server.stop();
  try {
    await task();
  } finally {
    await postgres.server.start();
  }
}

/** @returns settings of a database without rows, for a fixture whose files lie in the folder */
export async function makeDatabase(folder: string): Promise<AppConfig['database']> {
  if (postgres === undefined) return databaseSettings(`sqlite://${join(folder, 'index.db')}`);
  const { server, template } = postgres;
  return databaseSettings(server.url(await server.createDatabase(template)));
}

/** @returns settings of a database without tables */
export async function makeEmptyDatabase(folder: string): Promise<AppConfig['database']> {
  if (postgres === undefined) return databaseSettings(`sqlite://${join(folder, 'index.db')}`);
  const { server } = postgres;
  return databaseSettings(server.url(await server.createDatabase()));
}

/** @returns name of a database with all tables, to be copied: which is faster than to migrate one for each test */
async function makeTemplate(server: PostgresServer): Promise<string> {
  const name = await server.createDatabase();
  const options = dataSourceOptions(databaseSettings(server.url(name)), { entities: [], migrations });
  await (await openDataSource(options)).destroy();
  return name;
}

/** @returns the usual settings of a database */
export function databaseSettings(url: string): AppConfig['database'] {
  return loadConfig({ env: { DATABASE_URL: url }, cwd: '/' }).config.database;
}
