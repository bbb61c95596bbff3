import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { open, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CHUNK_BYTES = 64 * 1024;

/** A file system of its own, in memory, so small that it is soon full. */
export class SmallDisk implements Disposable {
  private constructor(readonly path: string) {}

  static mount(sizeMib: number): SmallDisk {
    const path = mkdtempSync(join(tmpdir(), 'aircheck-disk-'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${String(sizeMib)}m`, 'tmpfs', path], { stdio: 'ignore' });
    } catch (error) {
      rmSync(path, { recursive: true });
      throw error;
    }
    return new SmallDisk(path);
  }

  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.path);
    return bavail * bsize;
  }

  /** Takes up all space but `leaveBytes` with a file. */
  async fill(leaveBytes = 0): Promise<void> {
    const file = await open(this.ballast, 'a');
    try {
      while ((await this.freeBytes()) > leaveBytes) await file.write(Buffer.alloc(CHUNK_BYTES));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      await file.close();
    }
  }

  /** Gives the space of `fill` back. */
  clear(): void {
    rmSync(this.ballast, { force: true });
  }

  [Symbol.dispose](): void {
    execFileSync('umount', ['-l', this.path]);
    rmSync(this.path, { recursive: true, force: true });
  }

  private get ballast(): string {
    return join(this.path, 'ballast');
  }
}

/** Containers and ordinary users may often not mount. */
export function canMount(): boolean {
  try {
    SmallDisk.mount(1)[Symbol.dispose]();
    return true;
  } catch {
    return false;
  }
}
