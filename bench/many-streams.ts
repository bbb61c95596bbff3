// What the news of many streams cost the server: live777's list by SSE and GraphQL's subscription, while nothing happens and while some are published.
// npm run build && node bench/many-streams.ts [--streams 1000] [--publishers 5] [--seconds 20]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createClient, type Client } from 'graphql-ws';
import WebSocket from 'ws';
import { threadMicroseconds } from './process-costs.ts';
import { leaveServerItsCore, makeMedia, startSenders, startServer } from './stage.ts';

const { values } = parseArgs({
  options: {
    streams: { type: 'string', default: '1000' },
    publishers: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '20' },
  },
});
const seconds = Number(values.seconds);
const SETTLE_MS = 4000;
/** Until streams that nobody uses are deleted. */
const GONE_MS = 15_000;

interface Watcher {
  /** Messages and bytes so far. */
  readonly count: { messages: number; bytes: number };
  end(): Promise<void>;
}

async function watchList(address: string): Promise<Watcher> {
  const aborted = new AbortController();
  const { body } = await fetch(`${address}/api/sse/streams`, { signal: aborted.signal });
  const count = { messages: 0, bytes: 0 };
  const read = async (): Promise<void> => {
    for await (const chunk of body ?? []) {
      const text = Buffer.from(chunk as Uint8Array).toString();
      count.messages += text.split('\n\n').length - 1;
      count.bytes += text.length;
    }
  };
  const done = read().catch(() => undefined);
  return {
    count,
    end: () => {
      aborted.abort();
      return done;
    },
  };
}

function subscribe(address: string): Watcher {
  const count = { messages: 0, bytes: 0 };
  const client: Client = createClient({
    url: `${address.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    lazy: false,
  });
  client.subscribe(
    { query: 'subscription { streamChanged { stream { id } } }' },
    {
      next: (value) => {
        count.messages += 1;
        count.bytes += JSON.stringify(value).length;
      },
      error: (error) => {
        throw new Error('a subscription failed', { cause: error });
      },
      complete: () => undefined,
    },
  );
  return {
    count,
    end: async () => {
      await client.dispose();
    },
  };
}

/** As many again, one right after the other; the server deletes them after some seconds, as nobody uses them. */
async function makeStreams(address: string): Promise<void> {
  for (let index = 0; index < Number(values.streams); index += 1) {
    const { status } = await fetch(`${address}/api/streams/passing-${index}`, { method: 'POST' });
    if (status >= 300) throw new Error(`a stream → ${status}`);
  }
}

/** @returns per cent of a core over some seconds */
async function percentOf(pid: number): Promise<number> {
  await pause(SETTLE_MS);
  const before = threadMicroseconds(pid);
  await pause(seconds * 1000);
  return (threadMicroseconds(pid) - before) / (seconds * 10_000);
}

/** Without watchers, then with one of each kind, then without: the machine may change meanwhile. */
async function measure(what: string, address: string, pid: number): Promise<void> {
  const before = await percentOf(pid);
  const [list, news] = [await watchList(address), subscribe(address)];
  const withBoth = await percentOf(pid);
  await Promise.all([list.end(), news.end()]);
  const alone = (before + (await percentOf(pid))) / 2;
  const told = ({ count: { messages, bytes } }: Watcher): string =>
    `${messages} messages, ${(bytes / 1e6).toFixed(2)} MB`;
  console.log(
    `${what}: ${alone.toFixed(2)} % of a core without them, ${withBoth.toFixed(2)} with them: ${(withBoth - alone).toFixed(2)}; ` +
      `SSE ${told(list)}, GraphQL ${told(news)} in ${seconds + SETTLE_MS / 1000} s`,
  );
}

const folder = mkdtempSync(join(tmpdir(), 'aircheck-bench-'));
const publishers = Number(values.publishers);
const media = publishers === 0 ? '' : makeMedia(folder, 20, { size: '320x180', bitrateKbps: 300 });
leaveServerItsCore();
const names = Array.from({ length: Number(values.streams) }, (_, index) => `quiet-${index}`);
const server = await startServer(folder, {
  AIRCHECK_RECORDER_AUTO_STREAMS: '',
  AIRCHECK_STREAM: JSON.stringify(Object.fromEntries(names.map((name) => [name, {}]))),
});
const [list, news] = [await watchList(server.address), subscribe(server.address)];
await makeStreams(server.address);
await pause(GONE_MS);
console.log(
  `${values.streams} came and went: ${list.count.messages} lists by SSE, ${news.count.messages} messages by GraphQL`,
);
await Promise.all([list.end(), news.end()]);
await measure(`${values.streams} streams, nothing happens`, server.address, server.pid);
if (publishers > 0) {
  const urls = Array.from({ length: publishers }, (_, index) => `${server.address}/whip/live-${index}`);
  const { pid } = await startSenders(urls, media, { loops: 100 });
  await measure(`and ${publishers} are published`, server.address, server.pid);
  process.kill(pid);
}
await server.stop();
rmSync(folder, { recursive: true, force: true });
process.exit(0);
