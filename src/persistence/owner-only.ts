import { chmodSync, statSync } from 'node:fs';

const OWNER_ONLY = 0o600;
const MODE = 0o777;
const EVERYBODY = 0o007;
/** What SQLite has beside a database; it makes them with the mode that this has. */
const COMPANIONS = ['', '-wal', '-shm'];

/** Keeps a database to its owner that was just made, and one from before from everybody else: keys and who did what are in it. */
export function keepToOwner(file: string): void {
  for (const path of COMPANIONS.map((suffix) => file + suffix)) {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) continue;
    const isNew = path === file && found.size === 0;
    change(path, found.mode & MODE, isNew ? OWNER_ONLY : found.mode & MODE & ~EVERYBODY);
  }
}

/** A file of somebody else stays as that one wants it. */
function change(path: string, mode: number, wanted: number): void {
  if (mode === wanted) return;
  try {
    chmodSync(path, wanted);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
  }
}
