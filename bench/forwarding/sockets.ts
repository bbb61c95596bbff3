import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Sockets of others: a process that binds as many as there are viewers and reads none, so that what is measured is the sender's part. */
export class OtherSockets implements Disposable {
  private readonly folder = mkdtempSync(join(tmpdir(), 'aircheck-forwarding-'));
  private readonly program = join(this.folder, 'sockets');

  constructor() {
    execFileSync('cc', ['-O2', '-o', this.program, join(import.meta.dirname, 'sockets.c')]);
  }

  async sink(count: number): Promise<{ readonly ports: readonly number[]; readonly stop: () => void }> {
    const child = spawn(this.program, ['sink', String(count)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return { ports: line.toString().trim().split(' ').map(Number), stop: () => child.kill('SIGKILL') };
  }

  /** @returns µs of CPU for each packet that a C program sends by connected sockets: nobody can send them one by one for less */
  leastUs(ports: readonly number[], packets: number, bytes: number): number {
    const said = execFileSync(this.program, ['send', String(packets), String(bytes), ...ports.map(String)]);
    return Number(said.toString());
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }
}
