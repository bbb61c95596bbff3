// How soon subscribers see a change and a clip begins, while the server records: it on the first core, senders and watchers on the others.
// npm run build && node bench/watchers.ts [--streams 5] [--subscribers 100] [--changes 20] [--clips 50] [--seconds 90]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createClient, type Client } from 'graphql-ws';
import WebSocket from 'ws';
import { leaveServerItsCore, makeMedia, startSenders, startServer } from './stage.ts';

const { values } = parseArgs({
  options: {
    streams: { type: 'string', default: '5' },
    subscribers: { type: 'string', default: '100' },
    /** A change is the end or the beginning of a recording. */
    changes: { type: 'string', default: '20' },
    clips: { type: 'string', default: '50' },
    /** How much media there is: at least 30 s more than clips are long. */
    seconds: { type: 'string', default: '90' },
  },
});
const CLIP_MS = 30_000;
const STREAM = 'cam-0';
const SETTLE_MS = CLIP_MS + 15_000;

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** @param state of the session that changed */
type Change = (state: string, atMs: number) => void;

interface News {
  readonly recordingSessionChanged: { readonly session: { readonly state: string } | null };
}

const ENDING = ['FINALIZING', 'COMPLETED'];
const BEGINNING = ['WAITING', 'RECORDING'];

function subscribe(address: string, onChange: Change): Client {
  const client = createClient({
    url: `${address.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    lazy: false,
  });
  client.subscribe<News>(
    { query: `subscription { recordingSessionChanged(stream: "${STREAM}") { session { state } } }` },
    {
      next: ({ data }) => {
        onChange(data?.recordingSessionChanged.session?.state ?? '', performance.now());
      },
      error: (error) => {
        throw new Error('a subscription failed', { cause: error });
      },
      complete: () => undefined,
    },
  );
  return client;
}

/** Ends the recording and starts it, in turn. @returns for each change and subscriber the milliseconds from the request to the news */
async function measureChanges(address: string): Promise<number[]> {
  const heardAt: number[] = [];
  let wanted: readonly string[] = [];
  const seen = new Set<number>();
  const clients = Array.from({ length: Number(values.subscribers) }, (_, subscriber) =>
    subscribe(address, (state, atMs) => {
      if (!wanted.includes(state) || seen.has(subscriber)) return;
      seen.add(subscriber);
      heardAt.push(atMs);
    }),
  );
  await pause(2000);
  const delays: number[] = [];
  for (let change = 0; change < Number(values.changes); change += 1) {
    seen.clear();
    heardAt.length = 0;
    wanted = change % 2 === 0 ? ENDING : BEGINNING;
    const askedAt = performance.now();
    const options = change % 2 === 0 ? { method: 'DELETE' } : { method: 'POST', body: '{}' };
    await fetch(`${address}/api/record/${STREAM}`, { ...options, headers: { 'content-type': 'application/json' } });
    await pause(1500);
    if (seen.size < clients.length)
      throw new Error(`${seen.size} of ${clients.length} heard of ${wanted.join(' or ')}`);
    delays.push(...heardAt.map((at) => at - askedAt));
  }
  for (const client of clients) await client.dispose();
  return delays;
}

/** @returns milliseconds from the request to the first byte of the body, one clip after another, each from another moment */
async function measureClips(address: string, fromMs: number, untilMs: number): Promise<number[]> {
  const delays: number[] = [];
  for (let clip = 0; clip < Number(values.clips); clip += 1) {
    const start = fromMs + Math.random() * (untilMs - fromMs - CLIP_MS);
    const [from, to] = [start, start + CLIP_MS].map((ms) => new Date(ms).toISOString());
    const askedAt = performance.now();
    const response = await fetch(`${address}/play/${STREAM}/clip.mp4?from=${from ?? ''}&to=${to ?? ''}`);
    if (response.status !== 200 || response.body === null) throw new Error(`clip → ${response.status}`);
    const reader = response.body.getReader();
    await reader.read();
    delays.push(performance.now() - askedAt);
    while (!(await reader.read()).done);
  }
  return delays;
}

function told(name: string, delays: readonly number[]): string {
  const sorted = delays.toSorted((one, other) => one - other);
  const at = (share: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN).toFixed(0);
  return `${name}: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms (${sorted.length})`;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'aircheck-bench-'));
  const media = makeMedia(folder, Number(values.seconds) + 60);
  leaveServerItsCore();
  const server = await startServer(folder);
  const urls = Array.from({ length: Number(values.streams) }, (_, index) => `${server.address}/whip/cam-${index}`);
  const beganAt = Date.now();
  const { ended } = await startSenders(urls, media);
  await pause(Math.max(SETTLE_MS, Number(values.seconds) * 500));
  const clips = await measureClips(server.address, beganAt + 5000, Date.now() - 8000);
  const changes = await measureChanges(server.address);
  await ended;
  await server.stop();
  console.log(`${values.streams} streams recorded`);
  console.log(told(`a change, as ${values.subscribers} subscribers see it`, changes));
  console.log(told(`first byte of a clip of ${CLIP_MS / 1000} s`, clips));
  rmSync(folder, { recursive: true, force: true });
}

await main();
