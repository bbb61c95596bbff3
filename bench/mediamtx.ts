// MediaMTX as the other server of a measurement: WHIP in, fragmented MP4 on disk, everything else off.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import type { BenchServer } from './stage.ts';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return address !== null && typeof address === 'object' ? address.port : 0;
}

/** @returns once it listens. @throws {Error} when it does not within ten seconds */
export async function startMediamtx(program: string, folder: string): Promise<BenchServer> {
  const [http, udp] = [await freePort(), await freePort()];
  const settings = {
    ...{ logLevel: 'warn', rtsp: false, rtmp: false, hls: false, srt: false, webrtc: true },
    ...{
      webrtcAddress: `127.0.0.1:${http}`,
      webrtcLocalUDPAddress: `127.0.0.1:${udp}`,
      webrtcAdditionalHosts: ['127.0.0.1'],
    },
    pathDefaults: { record: true, recordPath: join(folder, '%path/%Y-%m-%d_%H-%M-%S-%f'), recordFormat: 'fmp4' },
    paths: { all_others: {} },
  };
  writeFileSync(join(folder, 'mediamtx.yml'), JSON.stringify(settings));
  const child = spawn('taskset', ['-c', '0', resolve(program), join(folder, 'mediamtx.yml')], { stdio: 'inherit' });
  const address = `http://127.0.0.1:${http}`;
  for (let attempt = 0; attempt < 100; attempt++) {
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
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error('MediaMTX did not start.');
}
