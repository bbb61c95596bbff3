import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import type { DataSource } from 'typeorm';
import { hasCredentials, loadConfig, sqlitePath, type AppConfig } from '../config/index.js';
import { migrations } from '../migrations/index.js';
import { AccountConfiguredError } from '../modules/auth/accounts/account.errors.js';
import { addAccount, changePassword, listAccounts, removeAccount } from '../modules/auth/accounts/account-rows.js';
import { Account } from '../modules/auth/entities/account.entity.js';
import { modeOf, rightsOfMode } from '../modules/auth/ports/right.js';
import { accountInput, newPassword } from '../modules/auth/token-input.js';
import { dataSourceOptions } from '../persistence/data-source-options.js';
import { openDataSource } from '../persistence/open-data-source.js';
import { UsageError, type Command, type CommandContext } from './command.js';
import { lockData } from './data-lock.js';

const USAGE =
  'account list; account add NAME [--id STREAM] [--subscribe] [--publish] [--admin]; account password NAME; account remove NAME: who may log in, beside auth.accounts. Passwords are read from standard input. On SQLite the server has to be stopped; one that runs is asked under /api/v1/accounts.';

/** What is to be done with the accounts of a database. */
type Work = (dataSource: DataSource) => Promise<void>;

type Options = ReturnType<typeof parse>;

export const accountCommand: Command = {
  name: 'account',
  refusal: 'No account was changed',
  summary: USAGE,
  run: async ([what, ...args], context) => {
    const options = parse(args);
    const work = await workOf(what, options);
    await withAccounts(work, options, context);
  },
};

async function workOf(what: string | undefined, options: Options): Promise<Work> {
  const { username } = options;
  if (what === 'list' && username === '') return list;
  if (what === 'add' && username !== '') return adding(options);
  if (what === 'password' && username !== '') return changing(username, checked(newPassword, await readPassword()));
  if (what === 'remove' && username !== '') return (dataSource) => removeAccount(dataSource, username);
  throw new UsageError(`Usage: ${USAGE}`);
}

async function list(dataSource: DataSource): Promise<void> {
  for (const { username, scope, mode } of await listAccounts(dataSource.manager))
    process.stdout.write(`${username}\t${scope}\t${rightsOfMode(mode).join(', ')}\n`);
}

async function adding({ config: _config, ...wanted }: Options): Promise<Work> {
  const password = await readPassword();
  const { id: scope, username, ...rights } = checked(accountInput, { ...wanted, password });
  return async (dataSource) => {
    await addAccount(dataSource, { username, password, scope, mode: modeOf(rights) });
  };
}

function changing(username: string, password: string): Work {
  return (dataSource) => changePassword(dataSource, username, password);
}

/** PostgreSQL is changed beside a server, which finds out within seconds; a SQLite database has one process at a time. */
async function withAccounts(
  work: Work,
  { config: configFile, username }: Options,
  { env, cwd }: CommandContext,
): Promise<void> {
  const { config } = loadConfig({ env, cwd, configFile });
  if (config.auth.accounts.some((account) => account.username === username)) throw new AccountConfiguredError(username);
  if (sqlitePath(config.database.url) !== undefined) await lockData(config, 'stop it first');
  const dataSource = await open(config);
  try {
    await work(dataSource);
  } finally {
    await dataSource.destroy();
  }
  if (!hasCredentials(config.auth))
    process.stderr.write('Nobody has to log in yet: authorisation is on once auth.secret is configured.\n');
}

function open({ database }: AppConfig): Promise<DataSource> {
  return openDataSource(dataSourceOptions(database, { entities: [Account], migrations }));
}

/** On the command line the password would be everybody's to read. */
async function readPassword(): Promise<string> {
  return (await text(process.stdin)).replace(/\r?\n$/, '');
}

interface Schema<T> {
  safeParse(value: unknown): { readonly data?: T | undefined; readonly error?: { readonly issues: readonly Issue[] } };
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function checked<T>(schema: Schema<T>, value: unknown): T {
  const { data, error } = schema.safeParse(value);
  if (data !== undefined) return data;
  const complaints = error?.issues.map(({ path, message }) => [...path.map(String), message].join(': ')) ?? [];
  throw new UsageError(complaints.join('\n'));
}

function parse(args: readonly string[]): {
  readonly config: string | undefined;
  /** Empty when none was named. */
  readonly username: string;
  readonly id: string | undefined;
  readonly subscribe: boolean;
  readonly publish: boolean;
  readonly admin: boolean;
} {
  const flag = { type: 'boolean', default: false } as const;
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        config: { type: 'string', short: 'c' },
        id: { type: 'string' },
        subscribe: flag,
        publish: flag,
        admin: flag,
      },
    });
    const [username = '', ...others] = positionals;
    if (others.length > 0) throw new RangeError('one name only');
    const { config, id, ...rights } = values;
    return { config, id, ...rights, username };
  } catch (error) {
    throw new UsageError(`Usage: ${USAGE}`, { cause: error });
  }
}
