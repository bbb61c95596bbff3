import { parseArgs } from 'node:util';
import type { FsckSummary } from '../modules/index/fsck/findings.js';
import { fsck } from '../modules/index/fsck/fsck.js';
import { UsageError, type Command, type CommandContext } from './command.js';
import { FsckJson, FsckLines } from './fsck-report.js';
import { openArchive } from './open-archive.js';

const CLEAN = 0;
const FOUND = 1;
const COULD_NOT_LOOK = 2;

export const fsckCommand: Command = {
  name: 'fsck',
  refusal: 'Nothing was checked',
  summary:
    'Checks the data of a stopped server. --deep: reads every byte; --repair: repairs; --json: one JSON document; --even-if-empty: also when the storage has nothing of what the database knows; --adopt: takes the storage over from another database. Exit code 0 clean, 1 findings, 2 could not look, or not at all of it.',
  failureExitCode: COULD_NOT_LOOK,
  run: check,
};

async function check(args: readonly string[], context: CommandContext): Promise<void> {
  const { config, json, ...options } = parse(args);
  const archive = await openArchive(config, context, 'as-it-is');
  const write = (text: string): void => void process.stdout.write(text);
  const report = json ? new FsckJson(write) : new FsckLines(write);
  const summary = await fsck(archive, options, report);
  report.end(summary);
  await archive.dataSource.destroy();
  process.exitCode = exitCodeOf(summary);
}

function exitCodeOf({ findings, isIncomplete }: FsckSummary): number {
  if (findings > 0) return FOUND;
  return isIncomplete ? COULD_NOT_LOOK : CLEAN;
}

function parse(args: readonly string[]): {
  readonly config: string | undefined;
  readonly deep: boolean;
  readonly repair: boolean;
  readonly json: boolean;
  readonly evenIfEmpty: boolean;
  readonly adopt: boolean;
} {
  const flag = { type: 'boolean', default: false } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        config: { type: 'string', short: 'c' },
        deep: flag,
        repair: flag,
        json: flag,
        'even-if-empty': flag,
        adopt: flag,
      },
    });
    const { config, deep, repair, json, adopt, 'even-if-empty': evenIfEmpty } = values;
    return { config, deep, repair, json, evenIfEmpty, adopt };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
