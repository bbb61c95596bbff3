import { parseArgs } from 'node:util';
import { countRows, reindex, type ReindexSummary } from '../modules/index/reindex/reindex.js';
import { ArchiveUnusableError } from './archive-unusable.error.js';
import { UsageError, type Command, type CommandContext } from './command.js';
import { openArchive } from './open-archive.js';

const WHOLE = 0;
const NOT_ALL = 1;
const COULD_NOT_WORK = 2;

export const reindexCommand: Command = {
  name: 'reindex',
  refusal: 'Nothing was made anew',
  summary:
    'Makes the database of a stopped server from its storage alone. --force: replaces the rows that are there; --take-back: makes rows also of what was deleted with removeObjects=false; --even-if-empty: also when the storage has nothing of what the rows name; --adopt: takes the storage over from another database. Exit code 0 all, 1 something could not be read, 2 not done.',
  failureExitCode: COULD_NOT_WORK,
  run: rebuild,
};

async function rebuild(args: readonly string[], context: CommandContext): Promise<void> {
  const { config, force, ...options } = parse(args);
  const archive = await openArchive(config, context, 'made-when-absent');
  const { sessions, segments } = await countRows(archive);
  const rows = `the rows of ${String(sessions)} sessions and ${String(segments)} segments`;
  const isEmpty = sessions + segments === 0;
  if (!isEmpty && !force) throw new ArchiveUnusableError(`The database has ${rows}: --force replaces them.`);
  const beforeReplacing = (): void => {
    if (!isEmpty) process.stderr.write(`Replacing ${rows}.\n`);
  };
  const summary = await reindex(archive, { ...options, beforeReplacing });
  await archive.dataSource.destroy();
  process.stdout.write(`${linesOf(summary).join('\n')}\n`);
  process.exitCode = summary.unreadable.length + summary.lost === 0 ? WHOLE : NOT_ALL;
}

function linesOf({ sessions, segments, adopted, lost, left, unreadable, quarantined }: ReindexSummary): string[] {
  const leftOut = `${String(left)} parts of sessions were left out that were deleted without their objects: --take-back makes rows of them too.`;
  return [
    ...unreadable.map((key) => `${key} is no session file: its media was taken up without it.`),
    ...quarantined.map((key) => `${key} holds no media that can be told, and was set aside.`),
    ...(left === 0 ? [] : [leftOut]),
    `${String(sessions)} sessions, ${String(segments)} segments, of which ${String(adopted)} are in no session file; ${String(lost)} segments and init objects are lost or not whole.`,
  ];
}

function parse(args: readonly string[]): {
  readonly config: string | undefined;
  readonly force: boolean;
  readonly takeBack: boolean;
  readonly evenIfEmpty: boolean;
  readonly adopt: boolean;
} {
  const flag = { type: 'boolean', default: false } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        config: { type: 'string', short: 'c' },
        force: flag,
        'take-back': flag,
        'even-if-empty': flag,
        adopt: flag,
      },
    });
    const { config, force, adopt, 'take-back': takeBack, 'even-if-empty': evenIfEmpty } = values;
    return { config, force, takeBack, evenIfEmpty, adopt };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
