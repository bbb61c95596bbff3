// MediaMTX as the other server of a measurement: WHIP in, fragmented MP4 on disk, everything else off.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, startPeer } from './peer-server.ts';
import type { BenchServer } from './stage.ts';

/** @returns once it listens. @throws {Error} when it does not within ten seconds */
export async function startMediamtx(program: string, folder: string): Promise<BenchServer> {
  const [httpPort, udpPort] = [await freePort(), await freePort()];
  const config = join(folder, 'mediamtx.yml');
  const settings = {
    ...{ logLevel: 'warn', rtsp: false, rtmp: false, hls: false, srt: false, webrtc: true },
    ...{
      webrtcAddress: `127.0.0.1:${httpPort}`,
      webrtcLocalUDPAddress: `127.0.0.1:${udpPort}`,
      webrtcAdditionalHosts: ['127.0.0.1'],
    },
    pathDefaults: { record: true, recordPath: join(folder, '%path/%Y-%m-%d_%H-%M-%S-%f'), recordFormat: 'fmp4' },
    paths: { all_others: {} },
  };
  writeFileSync(config, JSON.stringify(settings));
  return startPeer(program, { args: [config], folder, httpPort });
}
