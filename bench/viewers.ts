// What viewers of one stream cost while it is recorded, and whether the recording misses a frame: the built server on the first core,
// the publisher and libdatachannel viewers on the others.
// npm run build && node bench/viewers.ts [--viewers 200] [--seconds 20]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { socketDrops, threadMicroseconds } from './process-costs.ts';
import { readMetric } from './recording/counters.ts';
import { compareStream, KINDS, readSource } from './recording/frames.ts';
import { leaveServerItsCore, makeMedia, startSenders, startServer } from './stage.ts';
import { closeViewers, TAKES_ALL, watch, watchAll } from './watch.ts';

const { values } = parseArgs({
  options: { viewers: { type: 'string', default: '200' }, seconds: { type: 'string', default: '20' } },
});
const viewers = Number(values.viewers);
const seconds = Number(values.seconds);
const SETTLE_MS = 5000;
/** Media beside what is measured: to connect in, and to settle. */
const MORE_SECONDS = 40;
/** This many count what they hear; the others only take it. */
const COUNTING = 3;
const ENGINE = 'aircheck-engine';

interface Reading {
  readonly atMs: number;
  readonly engineUs: number;
  readonly allUs: number;
  readonly sent: number;
}

interface Cost {
  readonly sentPerSecond: number;
  readonly enginePercent: number;
  readonly allPercent: number;
}

const folder = mkdtempSync(join(tmpdir(), 'aircheck-bench-'));
const media = makeMedia(folder, 2 * seconds + MORE_SECONDS);
const source = await readSource(media);
leaveServerItsCore();
const server = await startServer(folder, TAKES_ALL);

async function read(): Promise<Reading> {
  const sent = await readMetric(server.address, 'aircheck_datagrams_sent_total');
  const [engineUs, allUs] = [threadMicroseconds(server.pid, ENGINE), threadMicroseconds(server.pid)];
  return { atMs: performance.now(), engineUs, allUs, sent };
}

async function measure(): Promise<Cost> {
  const before = await read();
  await pause(seconds * 1000);
  const after = await read();
  const ms = after.atMs - before.atMs;
  const percentOf = (us: number): number => us / ms / 10;
  return {
    sentPerSecond: ((after.sent - before.sent) * 1000) / ms,
    enginePercent: percentOf(after.engineUs - before.engineUs),
    allPercent: percentOf(after.allUs - before.allUs),
  };
}

function microseconds(percent: number, perSecond: number): string {
  return ((percent * 10_000) / perSecond).toFixed(1);
}

const { ended } = await startSenders([`${server.address}/whip/cam`], media);
await pause(SETTLE_MS);
const alone = await measure();
const heard = { packets: 0 };
const url = `${server.address}/whep/cam`;
for (let index = 0; index < COUNTING; index += 1) await watch(url, () => heard.packets++);
await watchAll(url, viewers - COUNTING);
await pause(SETTLE_MS);
const heardBefore = heard.packets;
const watched = await measure();
const heardByEach = (heard.packets - heardBefore) / COUNTING / seconds;
const drops = socketDrops(server.pid);
closeViewers();
await ended;
await server.stop();
const differences = await compareStream(join(folder, 'data/recordings/cam'), source);
const sent = watched.sentPerSecond - alone.sentPerSecond;
console.log(
  `${viewers} viewers: ${sent.toFixed(0)} packets/s to them, ` +
    `${microseconds(watched.enginePercent - alone.enginePercent, sent)} µs each in the worker, ` +
    `${microseconds(watched.allPercent - alone.allPercent, sent)} µs in all threads`,
);
console.log(`${watched.allPercent.toFixed(1)} % of a core, ${alone.allPercent.toFixed(1)} % before they came`);
console.log(
  `${heardByEach.toFixed(1)} packets/s heard by each of ${COUNTING}, ${drops} dropped by the server's sockets`,
);
for (const kind of KINDS) {
  const { missing, foreign } = differences[kind];
  console.log(`${kind}: ${missing} of ${source[kind].length} frames missing in the recording, ${foreign} foreign`);
  if (missing + foreign > 0) process.exitCode = 1;
}
rmSync(folder, { recursive: true, force: true });
process.exit();
