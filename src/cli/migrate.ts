import { parseArgs } from 'node:util';
import type { DataSource } from 'typeorm';
import { loadConfig, sqlitePath } from '../config/index.js';
import { migrations } from '../migrations/index.js';
import { dataSourceOptions } from '../persistence/data-source-options.js';
import { migrationsDone } from '../persistence/migrations-done.js';
import { DatabaseUnusableError, openDataSource } from '../persistence/open-data-source.js';
import { UsageError, type Command, type CommandContext } from './command.js';
import { lockData } from './data-lock.js';

export const migrateCommand: Command = {
  name: 'migrate',
  refusal: 'Nothing was migrated',
  summary:
    'Brings the database to this version and ends, as every start does; on PostgreSQL one at a time, beside servers that run. --revert COUNT: takes the last COUNT migrations back instead, for an older version; no server may run.',
  run: migrate,
};

async function migrate(args: readonly string[], { env, cwd }: CommandContext): Promise<void> {
  const { configFile, revert } = parse(args);
  const { config } = loadConfig({ env, cwd, configFile });
  if (sqlitePath(config.database.url) !== undefined) await lockData(config, 'stop it first');
  const options = { ...dataSourceOptions(config.database, { entities: [], migrations }), migrationsRun: false };
  const dataSource = await openDataSource(options);
  try {
    process.stdout.write(await (revert === undefined ? bringUp(dataSource) : takeBack(dataSource, revert)));
  } finally {
    await dataSource.destroy();
  }
}

async function bringUp(dataSource: DataSource): Promise<string> {
  const done = await dataSource.runMigrations();
  const lines = done.map(({ name }) => `${name}\n`).join('');
  return `${lines}${String(done.length)} migrations were run; the database is of this version.\n`;
}

async function takeBack(dataSource: DataSource, count: number): Promise<string> {
  const done = (await migrationsDone(dataSource)) ?? [];
  if (count >= done.length) {
    const reason = `it has ${String(done.length)} migrations, the first of which made the index and stays: --revert ${String(count)} is too many`;
    throw new DatabaseUnusableError(new Error(reason));
  }
  await assertNobodyElse(dataSource);
  const last = [...done].reverse().slice(0, count);
  const strange = last.filter((name) => migrations.every((ours) => ours.name !== name));
  if (strange.length > 0) {
    const names = strange.join(', ');
    throw new DatabaseUnusableError(new Error(`this version does not know ${names}: a later one takes them back`));
  }
  for (const _ of last) await dataSource.undoLastMigration();
  const lines = last.map((name) => `${name}\n`).join('');
  return `${lines}${String(last.length)} migrations were taken back; the next start of this version runs them again.\n`;
}

/** A server beside it would lose the tables that it works with; SQLite's file is locked by then. */
async function assertNobodyElse(dataSource: DataSource): Promise<void> {
  const { options } = dataSource;
  if (options.type !== 'postgres') return;
  const others = await dataSource.query<object[]>(
    `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1 AND pid <> pg_backend_pid()`,
    [options.applicationName],
  );
  if (others.length === 0) return;
  throw new DatabaseUnusableError(new Error('a server is connected to it: stop all of them first'));
}

function parse(args: readonly string[]): { configFile: string | undefined; revert: number | undefined } {
  try {
    const options = { config: { type: 'string', short: 'c' }, revert: { type: 'string' } } as const;
    const { config, revert } = parseArgs({ args: [...args], options }).values;
    if (revert !== undefined && !/^[1-9]\d{0,3}$/.test(revert)) {
      throw new RangeError('--revert takes how many migrations: 1 or more.');
    }
    return { configFile: config, revert: revert === undefined ? undefined : Number(revert) };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
