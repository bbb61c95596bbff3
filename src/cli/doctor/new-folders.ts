import { existsSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** Takes folders away again that were made while something was tried, and those above them, as far as nothing is in them. */
export async function leavingNoFolders<T>(folders: readonly string[], work: () => Promise<T>): Promise<T> {
  const missing = new Set(folders.flatMap((folder) => missingOf(resolve(folder))));
  try {
    return await work();
  } finally {
    for (const folder of [...missing].sort((one, other) => other.length - one.length))
      await rmdir(folder).catch(() => undefined);
  }
}

function missingOf(folder: string): string[] {
  return existsSync(folder) ? [] : [folder, ...missingOf(dirname(folder))];
}
