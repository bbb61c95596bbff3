import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { CheckpointSettings, CheckpointStep, LogPages } from './checkpoint-thread.js';

// A thread of its own, with a connection of its own: SQLite syncs the log and the database where nobody waits for it.

interface SqliteConnection {
  pragma(source: string, options: { readonly simple: true }): unknown;
  pragma(source: string): readonly LogPages[];
  close(): void;
}

/** The one that the other threads have too: two SQLites in one process would let go of each other's locks. */
const Database = createRequire(import.meta.url)('better-sqlite3') as new (
  path: string,
  options: { readonly timeout: number },
) => SqliteConnection;

const { path, busyTimeoutMs, keptBytes } = workerData as CheckpointSettings;
const connection = new Database(path, { timeout: busyTimeoutMs });
connection.pragma('synchronous = FULL');
connection.pragma(`journal_size_limit = ${String(keptBytes)}`);

/** What the log holds goes into the database file, as far as nobody reads what was there before. */
function copy(): LogPages {
  const [pages] = connection.pragma('wal_checkpoint(PASSIVE)');
  if (pages === undefined) throw new TypeError('SQLite does not tell about its log.');
  return pages;
}

/** The first to write after everything was copied begins the log anew, which it has to sync: a value is written that is there already. */
function restart(): LogPages {
  const pages = copy();
  if (pages.checkpointed < pages.log) return pages;
  connection.pragma(`user_version = ${String(connection.pragma('user_version', { simple: true }))}`);
  return { ...pages, log: 0, checkpointed: 0 };
}

parentPort?.on('message', (step: CheckpointStep) => {
  if (step === 'close') {
    connection.close();
    parentPort?.close();
    return;
  }
  try {
    parentPort?.postMessage(step === 'copy' ? copy() : restart());
  } catch (error) {
    connection.close();
    throw error;
  }
});
