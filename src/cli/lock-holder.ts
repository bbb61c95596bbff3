import { readFile, stat } from 'node:fs/promises';

/** `1: POSIX  ADVISORY  WRITE 4711 08:01:131137 0 EOF`, proc_locks(5): process, device as major and minor number, inode. */
const LOCK = /^\d+: POSIX +\w+ +WRITE (\d+) ([0-9a-f]+):([0-9a-f]+):(\d+) /gm;

/** @returns the process that has a file locked; undefined where the system does not tell */
export async function lockHolder(path: string): Promise<number | undefined> {
  try {
    const { dev, ino } = await stat(path, { bigint: true });
    for (const [, pid, major, minor, inode] of (await readFile('/proc/locks', 'utf8')).matchAll(LOCK)) {
      const isIt = inode === String(ino) && deviceOf(Number(`0x${major}`), Number(`0x${minor}`)) === dev;
      if (isIt && Number(pid) > 0) return Number(pid);
    }
    return undefined;
  } catch {
    return undefined;
  }
}

/** As stat(2) tells it on Linux: makedev(3). */
function deviceOf(major: number, minor: number): bigint {
  const [high, low] = [BigInt(major), BigInt(minor)];
  return (low & 0xffn) | ((high & 0xfffn) << 8n) | ((low & ~0xffn) << 12n) | ((high & ~0xfffn) << 32n);
}
