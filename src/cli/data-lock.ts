import { dirname, join, resolve } from 'node:path';
import { DataSource } from 'typeorm';
import { mainStorageOf, sqlitePath, type AppConfig } from '../config/index.js';
import { probeFolder } from '../modules/storage/drivers/index.js';
import { systemErrorCode } from '../shared/errors.js';
import { DataUnusableError } from './data-unusable.error.js';
import { lockHolder } from './lock-holder.js';

/** A server that is just being replaced needs a moment to die. */
const WAIT_MS = 1000;

/** One place that a server has for itself. */
interface Place {
  readonly key: string;
  readonly value: string;
  readonly allowed: string;
  readonly lockFile: string;
}

/** A handle that nothing refers to would be closed by the garbage collector, and its lock with it. */
const held: DataSource[] = [];

/**
 * Keeps recordings and database to this process until it ends, however it ends: two servers on the same data would each
 * finish the other's recordings.
 *
 * @param whenTaken what to do about a server that uses them; other data is to be given when absent
 * @throws {DataUnusableError}
 */
export async function lockData(config: AppConfig, whenTaken?: string): Promise<void> {
  for (const place of placesOf(config)) held.push(await lock(place, whenTaken ?? `it must be ${place.allowed}`));
}

function placesOf({ recorder, database }: AppConfig): Place[] {
  const storage = mainStorageOf(recorder);
  const isFolder = storage?.type === 'fs';
  const root = isFolder ? storage.root : recorder.spool_dir;
  const recordings = {
    key: isFolder ? 'recorder.storage.root' : 'recorder.spool_dir',
    value: root,
    allowed: 'a folder that this server can write to and no other server uses',
    lockFile: join(resolve(root), '.aircheck.lock'),
  };
  const path = sqlitePath(database.url);
  if (path === undefined || path === ':memory:') return [recordings];
  const index = {
    key: 'database.url',
    value: database.url,
    allowed: 'a database whose folder this server can write to and that no other server uses',
    lockFile: `${resolve(path)}.lock`,
  };
  return [recordings, index];
}

/**
 * The lock is SQLite's on a file of its own, so it is the kernel's: a process that was killed leaves none behind, and no
 * process id has to be judged, which in containers is the same for every server.
 */
async function lock(place: Place, whenTaken: string): Promise<DataSource> {
  await probe(place);
  try {
    const file = new DataSource({ type: 'better-sqlite3', database: place.lockFile, timeout: WAIT_MS });
    await file.initialize();
    await file.query('PRAGMA journal_mode = MEMORY');
    await file.query('BEGIN EXCLUSIVE');
    return file;
  } catch (error) {
    if (systemErrorCode(error) !== 'SQLITE_BUSY') throw unusable(place, 'be locked', error);
    const pid = await lockHolder(place.lockFile);
    const who = pid === undefined ? 'a server' : `a server (process ${String(pid)})`;
    throw new DataUnusableError(place, `which ${who} is using already; ${whenTaken}`, { cause: error });
  }
}

async function probe(place: Place): Promise<void> {
  try {
    await probeFolder(dirname(place.lockFile));
  } catch (error) {
    throw unusable(place, 'be written to', error);
  }
}

function unusable(place: Place, what: string, error: unknown): DataUnusableError {
  const message = error instanceof Error ? error.message : String(error);
  const reason = `which cannot ${what} (${message}); it must be ${place.allowed}`;
  return new DataUnusableError(place, reason, { cause: error });
}
