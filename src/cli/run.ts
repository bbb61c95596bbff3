import { ConfigError } from '../config/index.js';
import { DatabaseUnusableError } from '../persistence/open-data-source.js';
import { StorageCallUnsupportedError, StorageUnavailableError } from '../modules/storage/storage.errors.js';
import { AddressUnusableError } from './address-unusable.error.js';
import { ArchiveUnusableError } from './archive-unusable.error.js';
import { DataUnusableError } from './data-unusable.error.js';
import { UsageError, type CommandContext } from './command.js';
import { commands } from './commands.js';

/** Exit codes: 1 the command could not do its work (some say another one), 2 the command line makes no sense. */
const FAILED = 1;
const MISUSED = 2;

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
    process.stderr.write(`${sentenceOf(error)}\n`);
    const failed = commands.find(({ name }) => name === args[0])?.failureExitCode ?? FAILED;
    process.exit(error instanceof UsageError ? MISUSED : failed);
  }
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

const SENTENCES = [
  UsageError,
  AddressUnusableError,
  ArchiveUnusableError,
  DatabaseUnusableError,
  DataUnusableError,
  StorageUnavailableError,
  StorageCallUnsupportedError,
];

/** What a person can act on needs no stack; everything else does. */
function sentenceOf(error: unknown): string {
  if (error instanceof ConfigError)
    return `Aircheck cannot start:\n${error.problems.map((problem) => `  ${problem}`).join('\n')}`;
  if (SENTENCES.some((type) => error instanceof type)) return (error as Error).message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
