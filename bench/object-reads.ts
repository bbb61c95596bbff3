// How long the first byte of a range takes while the server records: the built server on the first core, senders and readers on the others.
// node bench/object-reads.ts [--streams 10] [--readers 100] [--pause 500] [--seconds 40] ; prints percentiles of the time to the first byte.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { cpuMicroseconds, leaveServerItsCore, makeMedia, startSenders, startServer } from './stage.ts';

const { values } = parseArgs({
  options: {
    streams: { type: 'string', default: '10' },
    readers: { type: 'string', default: '100' },
    /** Mean milliseconds between the end of a range and the next request of a reader; 0: none. */
    pause: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '40' },
  },
});
const streams = Number(values.streams);
const readers = Number(values.readers);
const pauseMs = Number(values.pause);
const seconds = Number(values.seconds);

const RANGE_BYTES = 256 * 1024;
/** The first two segments are there by then. */
const SETTLE_MS = 16_000;
const IDLE_MS = 4_000;

interface Readings {
  readonly firstByteMs: number[];
  bytes: number;
}

/** Segments of all streams that can be read now. */
async function segmentUrls(address: string): Promise<string[]> {
  const urls: string[] = [];
  for (let index = 0; index < streams; index++) {
    const entries = (await (await fetch(`${address}/api/playback/cam-${index}`)).json()) as { mpd_path: string }[];
    const folder = `${address}/api/record/object/${dirname(entries[0]?.mpd_path ?? '')}`;
    const playlist = await (await fetch(`${folder}/video.m3u8`)).text();
    for (const name of playlist.match(/^seg_\d+\.m4s$/gm) ?? []) urls.push(`${folder}/${name}`);
  }
  return urls;
}

/** One range of a segment, somewhere in it, as a player that seeks asks for it. */
async function readRange(url: string, agent: Agent, readings: Readings): Promise<void> {
  const start = Math.floor(Math.random() * RANGE_BYTES * 4);
  const askedAt = performance.now();
  const headers = { range: `bytes=${start}-${start + RANGE_BYTES - 1}` };
  const [response] = (await once(request(url, { agent, headers }).end(), 'response')) as [IncomingMessage];
  if (response.statusCode !== 206) throw new Error(`${url} → ${response.statusCode ?? 0}`);
  let isFirst = true;
  for await (const part of response as AsyncIterable<Buffer>) {
    if (isFirst) readings.firstByteMs.push(performance.now() - askedAt);
    isFirst = false;
    readings.bytes += part.length;
  }
}

async function read(urls: readonly string[], untilMs: number, readings: Readings): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  while (performance.now() < untilMs) {
    if (pauseMs > 0) await new Promise((done) => setTimeout(done, Math.random() * 2 * pauseMs));
    await readRange(urls[Math.floor(Math.random() * urls.length)] ?? '', agent, readings);
  }
  agent.destroy();
}

async function cpuPercent(pid: number, durationMs: number): Promise<number> {
  const before = cpuMicroseconds(pid);
  await new Promise((done) => setTimeout(done, durationMs));
  return (cpuMicroseconds(pid) - before) / durationMs / 10;
}

function percentile(sorted: readonly number[], share: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN).toFixed(1);
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'aircheck-bench-'));
  const media = makeMedia(folder, seconds);
  leaveServerItsCore();
  const server = await startServer(folder);
  const { ended } = await startSenders(
    Array.from({ length: streams }, (_, index) => `${server.address}/whip/cam-${index}`),
    media,
  );
  await new Promise((done) => setTimeout(done, SETTLE_MS));
  const urls = await segmentUrls(server.address);
  const readings: Readings = { firstByteMs: [], bytes: 0 };
  const windowMs = seconds * 1000 - SETTLE_MS - IDLE_MS - 2000;
  const idle = await cpuPercent(server.pid, IDLE_MS);
  const untilMs = performance.now() + windowMs;
  const busy = cpuPercent(server.pid, windowMs);
  await Promise.all(Array.from({ length: readers }, () => read(urls, untilMs, readings)));
  await ended;
  await server.stop();

  const sorted = readings.firstByteMs.sort((one, other) => one - other);
  console.log(
    [
      `${streams} streams recorded, ${readers} readers over ${urls.length} segments`,
      `${(sorted.length / (windowMs / 1000)).toFixed(0)} ranges/s, ${((readings.bytes * 8) / windowMs / 1000).toFixed(0)} Mbit/s`,
      `${idle.toFixed(0)} % of a core without readers, ${(await busy).toFixed(0)} % with them`,
      `first byte: p50 ${percentile(sorted, 0.5)} ms, p99 ${percentile(sorted, 0.99)} ms, max ${percentile(sorted, 1)} ms`,
    ].join('\n'),
  );
  rmSync(folder, { recursive: true, force: true });
}

await main();
