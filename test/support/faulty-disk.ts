import { execFileSync } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

const SOURCE = join(__dirname, 'faulty-disk.c');

/** What happens to calls on files of a folder, and on the folder itself. */
export interface DiskFault {
  readonly call: 'write' | 'sync';
  /** Absolute path; all that begin with it are meant. */
  readonly folder: string;
  readonly delayMs?: number;
  /** The call fails with EIO, after the delay. */
  readonly fails?: boolean;
}

/** A disk that fails or is slow when it is told to, by a library that is preloaded into the server. */
export class FaultyDisk implements Disposable {
  private readonly folder = mkdtempSync(join(tmpdir(), 'aircheck-faulty-'));

  constructor() {
    execFileSync('cc', ['-shared', '-fPIC', '-O2', '-o', this.library, SOURCE, '-ldl'], { stdio: 'ignore' });
    this.become();
  }

  /** For the server that has this disk. */
  get environment(): Readonly<Record<string, string>> {
    return { LD_PRELOAD: this.library, AIRCHECK_FAULTY_DISK: this.control };
  }

  /** From now on these faults and no others; without any it is a good disk. */
  become(...faults: readonly DiskFault[]): void {
    const lines = faults.map(({ call, folder, delayMs = 0, fails = false }) => {
      return `${call} ${String(delayMs)} ${String(fails ? constants.errno.EIO : 0)} ${folder}\n`;
    });
    // The server reads it at every call: never half of it.
    writeFileSync(`${this.control}.new`, lines.join(''));
    renameSync(`${this.control}.new`, this.control);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get library(): string {
    return join(this.folder, 'faulty-disk.so');
  }

  private get control(): string {
    return join(this.folder, 'faults');
  }
}

/** A C compiler and a loader that preloads are what Linux machines for building have. */
export function canCompile(): boolean {
  if (process.platform !== 'linux') return false;
  try {
    new FaultyDisk()[Symbol.dispose]();
    return true;
  } catch {
    return false;
  }
}
