// The other server of a measurement: one that others wrote, on the first core as ours is.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import type { BenchServer } from '../stage.ts';

const ATTEMPTS = 100;
const PAUSE_MS = 100;
/** What it says, in its folder. */
const LOG = 'server.log';

/** @returns a port of the loopback that nothing listens on, for a program that is told its port */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return address !== null && typeof address === 'object' ? address.port : 0;
}

/** @param httpPort that it was told to listen on. @returns once it does. @throws {Error} when it does not within ten seconds */
export async function startPeer(
  program: string,
  { args, folder, httpPort }: { readonly args: readonly string[]; readonly folder: string; readonly httpPort: number },
): Promise<BenchServer> {
  const log = openSync(join(folder, LOG), 'a');
  const stdio = ['ignore', log, log] as const;
  const child = spawn('taskset', ['-c', '0', resolve(program), ...args], { cwd: folder, stdio: [...stdio] });
  const address = `http://127.0.0.1:${httpPort}`;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const isUp = await fetch(address).then(
      () => true,
      () => false,
    );
    if (isUp) {
      const stop = async (): Promise<void> => {
        child.kill('SIGTERM');
        await once(child, 'exit');
      };
      return { pid: child.pid ?? 0, address, stop };
    }
    await new Promise((done) => setTimeout(done, PAUSE_MS));
  }
  child.kill('SIGKILL');
  throw new Error(`${program} did not start: ${join(folder, LOG)} has what it said.`);
}
