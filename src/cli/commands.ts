import { accountCommand } from './account.js';
import type { Command } from './command.js';
import { doctorCommand } from './doctor.js';
import { drainCommand } from './drain.js';
import { fsckCommand } from './fsck.js';
import { migrateCommand } from './migrate.js';
import { reindexCommand } from './reindex.js';
import { serve } from './serve.js';
import { tokenCommand } from './token.js';

/** Every command, the one that runs without a name first. */
export const commands: readonly [Command, ...Command[]] = [
  serve,
  doctorCommand,
  drainCommand,
  fsckCommand,
  migrateCommand,
  reindexCommand,
  tokenCommand,
  accountCommand,
];
