import { randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { systemErrorCode } from '../../../shared/errors.js';
import { inTime } from '../../../shared/in-time.js';
import { makeFolder } from './make-folder.js';

/** A disk that needs longer for a few bytes keeps no recording up. */
const LIMIT_MS = 5_000;
/** A full disk is one that can be used: for what lies there, and again when there is room. */
const FULL: readonly (string | undefined)[] = ['ENOSPC', 'EDQUOT'];

/**
 * Makes a folder and does in it what a recording does: a file is made, written, synced, read and deleted.
 *
 * @throws what the system said, or {TimeLimitError}
 */
export function probeFolder(folder: string): Promise<void> {
  return inTime(probe(resolve(folder)), LIMIT_MS);
}

async function probe(folder: string): Promise<void> {
  await makeFolder(folder);
  const path = join(folder, `.${randomUUID()}.partial`);
  try {
    await tryFile(path);
  } catch (error) {
    if (!FULL.includes(systemErrorCode(error))) throw error;
  } finally {
    await rm(path, { force: true });
  }
}

async function tryFile(path: string): Promise<void> {
  const written = Buffer.from('aircheck');
  const file = await open(path, 'wx+');
  try {
    await file.write(written);
    await file.sync();
    const { buffer: read } = await file.read(Buffer.alloc(written.length), 0, written.length, 0);
    if (!read.equals(written)) throw new Error('what was written reads otherwise');
  } finally {
    await file.close();
  }
}
