// MediaMTX as the other server of a measurement: WHIP in, fragmented MP4 on disk, everything else off.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchServer } from '../stage.ts';
import { freePort, startPeer } from './peer-server.ts';

/** With the system's default it loses packets from 15 streams on. */
const RECEIVE_BUFFER_BYTES = 4 << 20;

/** @returns once it listens. @throws {Error} when it does not within ten seconds */
export async function startMediamtx(program: string, folder: string): Promise<BenchServer> {
  const [httpPort, udpPort] = [await freePort(), await freePort()];
  const config = join(folder, 'mediamtx.yml');
  const settings = {
    ...{ logLevel: 'warn', rtsp: false, rtmp: false, hls: false, srt: false, webrtc: true },
    ...{
      udpReadBufferSize: RECEIVE_BUFFER_BYTES,
      webrtcAddress: `127.0.0.1:${httpPort}`,
      webrtcLocalUDPAddress: `127.0.0.1:${udpPort}`,
      webrtcAdditionalHosts: ['127.0.0.1'],
      // Publishers connect in turn, and send when all are there.
      webrtcTrackGatherTimeout: '60s',
    },
    pathDefaults: { record: true, recordPath: join(folder, '%path/%Y-%m-%d_%H-%M-%S-%f'), recordFormat: 'fmp4' },
    paths: { all_others: {} },
  };
  writeFileSync(config, JSON.stringify(settings));
  return startPeer(program, { args: [config], folder, httpPort });
}
