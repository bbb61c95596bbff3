import { ConfigError } from '../config/index.js';
import { DatabaseOfLaterVersionError } from '../persistence/migrations-done.js';
import { OlderNodesRunError } from '../persistence/older-nodes.js';
import { DatabaseUnusableError } from '../persistence/open-data-source.js';
import { StorageEmptyError } from '../modules/index/archive/storage-presence.js';
import { StorageCallUnsupportedError, StorageUnavailableError } from '../modules/storage/storage.errors.js';
import {
  AccountConfiguredError,
  AccountExistsError,
  AccountNotFoundError,
} from '../modules/auth/accounts/account.errors.js';
import { AddressUnusableError } from './address-unusable.error.js';
import { ArchiveUnusableError } from './archive-unusable.error.js';
import { DataUnusableError } from './data-unusable.error.js';
import { UsageError, type Command, type CommandContext } from './command.js';
import { commands } from './commands.js';

/**
 * Exit codes: 1 the command could not do its work (some say another one), 2 the command line makes no sense, 3 nodes of the version
 * before have to stop first, which to try again does not change.
 */
const FAILED = 1;
const MISUSED = 2;
const OTHERS_RUN = 3;

/**
 * Runs a command line.
 *
 * @param args without the program: `serve -c aircheck.toml`
 * @returns when the command is done; for `serve` when the server listens
 */
export async function run(args: readonly string[], context: CommandContext): Promise<void> {
  try {
    await dispatch(args, context);
  } catch (error) {
    const command = commands.find(({ name }) => name === args[0]) ?? commands[0];
    process.stderr.write(`${sentenceOf(error, command)}\n`);
    process.exit(exitCodeOf(error, command));
  }
}

function exitCodeOf(error: unknown, { failureExitCode = FAILED }: Command): number {
  if (error instanceof UsageError) return MISUSED;
  return error instanceof OlderNodesRunError ? OTHERS_RUN : failureExitCode;
}

async function dispatch(args: readonly string[], context: CommandContext): Promise<void> {
  const [first = '', ...rest] = args;
  if (first === '--version') {
    print(context.version);
    return;
  }
  if (first === '--help' || first === '-h' || first === 'help') {
    print(help());
    return;
  }
  const [byDefault] = commands;
  if (first === '' || first.startsWith('-')) return byDefault.run(args, context);
  const command = commands.find(({ name }) => name === first);
  if (command === undefined) throw new UsageError(`There is no command "${first}".\n\n${help()}`);
  return command.run(rest, context);
}

function help(): string {
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(8)} ${summary}`);
  return ['Usage: aircheck [command] [-c FILE]', '', 'Commands:', ...lines].join('\n');
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** What a person can act on, told as the reason why the command could not begin. */
const REASONS = [
  AddressUnusableError,
  DatabaseOfLaterVersionError,
  DatabaseUnusableError,
  DataUnusableError,
  OlderNodesRunError,
];
/** The same, in sentences of their own. */
const SENTENCES = [
  UsageError,
  ArchiveUnusableError,
  StorageEmptyError,
  StorageUnavailableError,
  StorageCallUnsupportedError,
  AccountConfiguredError,
  AccountExistsError,
  AccountNotFoundError,
];

/** Only what nobody can act on needs a stack. */
function sentenceOf(error: unknown, { refusal }: Command): string {
  if (error instanceof ConfigError)
    return [`${refusal}:`, ...error.problems.map((problem) => `  ${problem}`)].join('\n');
  if (!(error instanceof Error)) return String(error);
  if (REASONS.some((type) => error instanceof type)) return `${refusal}: ${error.message}`;
  return SENTENCES.some((type) => error instanceof type) ? error.message : (error.stack ?? error.message);
}
