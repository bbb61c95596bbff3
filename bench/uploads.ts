// What uploading costs: the built server on the first core, recording into a folder and then the same into a bucket of MinIO on the others.
// node bench/uploads.ts [--streams 50] [--seconds 40] ; prints the server's CPU with and without uploads, and how far they keep up.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startS3Store } from './s3-store.ts';
import { cpuMicroseconds, leaveServerItsCore, makeMedia, startSenders, startServer } from './stage.ts';

const { values } = parseArgs({
  options: { streams: { type: 'string', default: '50' }, seconds: { type: 'string', default: '40' } },
});
const streams = Number(values.streams);
const seconds = Number(values.seconds);

/** The first segments are closed by then, and their uploads under way. */
const SETTLE_MS = 10_000;
const END_MS = 2_000;
const POLL_MS = 1_000;

interface StorageReport {
  readonly jobs: {
    readonly pending: readonly { readonly kind: string; readonly count: number; readonly bytes: number }[];
    readonly oldestAgeSeconds: number | null;
  };
}

interface Waiting {
  readonly uploads: number;
  readonly megabytes: number;
  readonly oldestSeconds: number;
}

interface Run {
  readonly cpuPercent: number;
  /** What waited while it was recorded. */
  readonly waiting: readonly Waiting[];
  /** From the end of what was sent until nothing waited. */
  readonly drainedMs: number;
}

async function waitingAt(address: string): Promise<Waiting> {
  const { jobs } = (await (await fetch(`${address}/api/v1/storage`)).json()) as StorageReport;
  const uploads = jobs.pending.filter(({ kind }) => kind === 'upload');
  return {
    uploads: uploads.reduce((sum, { count }) => sum + count, 0),
    megabytes: uploads.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6,
    oldestSeconds: jobs.oldestAgeSeconds ?? 0,
  };
}

async function record(folder: string, media: string, settings: Readonly<Record<string, string>>): Promise<Run> {
  mkdirSync(folder);
  const server = await startServer(folder, settings);
  const urls = Array.from({ length: streams }, (_, index) => `${server.address}/whip/cam-${index}`);
  const { ended } = await startSenders(urls, media);
  await pause(SETTLE_MS);
  const windowMs = seconds * 1000 - SETTLE_MS - END_MS;
  const begunMs = performance.now();
  const before = cpuMicroseconds(server.pid);
  const waiting: Waiting[] = [];
  while (performance.now() - begunMs < windowMs) {
    await pause(POLL_MS);
    waiting.push(await waitingAt(server.address));
  }
  const cpuPercent = (cpuMicroseconds(server.pid) - before) / (performance.now() - begunMs) / 10;
  await ended;
  const endedMs = performance.now();
  while ((await waitingAt(server.address)).uploads > 0) await pause(POLL_MS);
  const drainedMs = performance.now() - endedMs;
  await server.stop();
  return { cpuPercent, waiting, drainedMs };
}

function pause(durationMs: number): Promise<unknown> {
  return new Promise((done) => setTimeout(done, durationMs));
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'aircheck-bench-'));
  const media = makeMedia(folder, seconds);
  leaveServerItsCore();
  const inFolder = await record(join(folder, 'folder'), media, {});
  const store = await startS3Store(join(folder, 's3'));
  const inBucket = await record(join(folder, 'bucket'), media, {
    AIRCHECK_RECORDER_STORAGE_TYPE: 's3',
    AIRCHECK_RECORDER_STORAGE_BUCKET: store.bucket,
    AIRCHECK_RECORDER_STORAGE_REGION: store.region,
    AIRCHECK_RECORDER_STORAGE_ENDPOINT: store.endpoint,
    AIRCHECK_RECORDER_STORAGE_ACCESS_KEY_ID: store.accessKeyId,
    AIRCHECK_RECORDER_STORAGE_SECRET_ACCESS_KEY: store.secretAccessKey,
  });
  await store.stop();
  const more = inBucket.cpuPercent - inFolder.cpuPercent;
  const most = (of: (waiting: Waiting) => number): string => Math.max(...inBucket.waiting.map(of)).toFixed(0);
  const last = inBucket.waiting.at(-1);
  console.log(
    [
      `${streams} streams: ${inFolder.cpuPercent.toFixed(1)} % of a core into a folder, ${inBucket.cpuPercent.toFixed(1)} % into a bucket`,
      `uploads: ${((more / streams) * 10).toFixed(1)} % of a core per 10 streams`,
      `waiting at most: ${most(({ uploads }) => uploads)} objects, ${most(({ megabytes }) => megabytes)} MB, the oldest for ${most(({ oldestSeconds }) => oldestSeconds)} s`,
      `waiting at the end: ${last?.uploads ?? 0} objects; nothing ${(inBucket.drainedMs / 1000).toFixed(1)} s after the senders had ended`,
    ].join('\n'),
  );
  rmSync(folder, { recursive: true, force: true });
}

await main();
