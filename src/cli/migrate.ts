import { parseArgs } from 'node:util';
import { loadConfig } from '../config/index.js';
import { migrations } from '../migrations/index.js';
import { dataSourceOptions } from '../persistence/data-source-options.js';
import { openDataSource } from '../persistence/open-data-source.js';
import { UsageError, type Command, type CommandContext } from './command.js';

export const migrateCommand: Command = {
  name: 'migrate',
  refusal: 'Nothing was migrated',
  summary:
    'Brings the database to this version and ends, as every start does; on PostgreSQL one at a time, beside servers that run.',
  run: migrate,
};

async function migrate(args: readonly string[], { env, cwd }: CommandContext): Promise<void> {
  const { config } = loadConfig({ env, cwd, configFile: configFileOf(args) });
  const options = { ...dataSourceOptions(config.database, { entities: [], migrations }), migrationsRun: false };
  const dataSource = await openDataSource(options);
  try {
    const done = await dataSource.runMigrations();
    for (const { name } of done) process.stdout.write(`${name}\n`);
    process.stdout.write(`${String(done.length)} migrations were run; the database is of this version.\n`);
  } finally {
    await dataSource.destroy();
  }
}

function configFileOf(args: readonly string[]): string | undefined {
  try {
    return parseArgs({ args: [...args], options: { config: { type: 'string', short: 'c' } } }).values.config;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
