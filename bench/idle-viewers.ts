// What viewers cost who wait for a stream that nobody publishes: memory and processor time of the built server on the first core.
// npm run build && node bench/idle-viewers.ts [--viewers 1000] [--seconds 20]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import * as datachannel from 'node-datachannel';
import { exchange } from '../test/support/publishers/exchange.ts';
import { residentMegabytes, threadMicroseconds } from './process-costs.ts';
import { leaveServerItsCore, startServer } from './stage.ts';

const { values } = parseArgs({
  options: { viewers: { type: 'string', default: '1000' }, seconds: { type: 'string', default: '20' } },
});
const viewers = Number(values.viewers);
const seconds = Number(values.seconds);
/** So many connect at a time. */
const TOGETHER = 20;
/** These come first, and warm what the server compiles and keeps for all. */
const WARM_UP = 20;
const SETTLE_MS = 10_000;

/** Kept: connections forget what nobody has. */
const kept: { peer: datachannel.PeerConnection; tracks: datachannel.Track[] }[] = [];

async function watch(url: string): Promise<void> {
  const peer = new datachannel.PeerConnection('viewer', { iceServers: [] });
  const video = new datachannel.Video('video', 'RecvOnly');
  video.addH264Codec(102, 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f');
  const audio = new datachannel.Audio('audio', 'RecvOnly');
  audio.addOpusCodec(111);
  const connected = new Promise<void>((done, failed) => {
    peer.onStateChange((state) => {
      if (state === 'connected') done();
      else if (state === 'failed') failed(new Error('The connection failed.'));
    });
  });
  kept.push({ peer, tracks: [audio, video].map((media) => peer.addTrack(media)) });
  await exchange(peer, url);
  await connected;
}

async function watchAll(url: string, count: number): Promise<void> {
  for (let from = 0; from < count; from += TOGETHER)
    await Promise.all(Array.from({ length: Math.min(TOGETHER, count - from) }, () => watch(url)));
}

const folder = mkdtempSync(join(tmpdir(), 'aircheck-bench-'));
leaveServerItsCore();
const settings = { AIRCHECK_HTTP_WHIP_RATE_PER_ADDRESS: '100000', AIRCHECK_ENGINE_ADMISSION_CPU_PERCENT: '100' };
const server = await startServer(folder, settings);
const url = `${server.address}/whep/silent`;
await watchAll(url, WARM_UP);
await pause(SETTLE_MS);
const before = residentMegabytes(server.pid);
await watchAll(url, viewers);
await pause(SETTLE_MS);
const usedBefore = threadMicroseconds(server.pid);
await pause(seconds * 1000);
const percent = (threadMicroseconds(server.pid) - usedBefore) / (seconds * 10_000);
const after = residentMegabytes(server.pid);
console.log(
  `${viewers} viewers of a silent stream: ${(after - before).toFixed(0)} MiB beside ${before.toFixed(0)}, ` +
    `${(((after - before) * 1024) / viewers).toFixed(0)} KiB each, and ${percent.toFixed(1)} % of a core`,
);
for (const { peer } of kept) peer.close();
await server.stop();
rmSync(folder, { recursive: true, force: true });
process.exit(0);
