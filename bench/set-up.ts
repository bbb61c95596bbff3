// How long publishers are from POST to connected: the built server on the first core, libdatachannel publishers on the others.
// node bench/set-up.ts [--publishers 60] [--receive auto] [--peer NAME=PATH]
// First one after another, each when the one before is connected, then as many at once; none sends anything. Beside it what of
// the server's processor one set-up takes. The other server is mediamtx or live777, of which PATH is the program.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import * as datachannel from 'node-datachannel';
import { startLive777 } from './servers/live777.ts';
import { startMediamtx } from './servers/mediamtx.ts';
import { threadMicroseconds } from './process-costs.ts';
import { percentile } from './recording/figures.ts';
import { leaveServerItsCore, startServer, type BenchServer } from './stage.ts';

const { values } = parseArgs({
  options: {
    publishers: { type: 'string', default: '60' },
    receive: { type: 'string', default: 'auto' },
    peer: { type: 'string' },
  },
});
const publishers = Number(values.publishers);
const WORKER = 'aircheck-engine';
/** The first ones meet code that is not compiled yet. */
const WARM_UP = 5;
const SETTLE_MS = 1500;

class Publisher {
  private readonly peer = new datachannel.PeerConnection('publisher', { iceServers: [] });
  private readonly url: string;
  /** Kept: the connection forgets them otherwise. */
  private readonly tracks: readonly datachannel.Track[];
  private session = '';

  constructor(url: string) {
    this.url = url;
    const video = new datachannel.Video('video', 'SendOnly');
    video.addH264Codec(102);
    video.addSSRC(1, 'publisher', 'publisher', 'video');
    const audio = new datachannel.Audio('audio', 'SendOnly');
    audio.addOpusCodec(111);
    audio.addSSRC(2, 'publisher', 'publisher', 'audio');
    this.tracks = [audio, video].map((media) => this.peer.addTrack(media));
  }

  /** @returns milliseconds from POST on */
  async connect(): Promise<{ answered: number; connected: number }> {
    const connected = this.stateIs('connected');
    const gathered = new Promise<void>((done) => {
      this.peer.onGatheringStateChange((state) => {
        if (state === 'complete') done();
      });
    });
    if (this.tracks.some((track) => track.isClosed())) throw new Error('A track is closed.');
    this.peer.setLocalDescription('offer');
    await gathered;
    const body = this.peer.localDescription()?.sdp ?? '';
    const postedMs = performance.now();
    const response = await fetch(this.url, { method: 'POST', headers: { 'content-type': 'application/sdp' }, body });
    const answer = await response.text();
    if (response.status !== 201) throw new Error(`${response.status}: ${answer}`);
    const answeredMs = performance.now();
    this.session = new URL(response.headers.get('location') ?? '', response.url).href;
    this.peer.setRemoteDescription(answer, 'answer');
    await connected;
    return { answered: answeredMs - postedMs, connected: performance.now() - postedMs };
  }

  async end(): Promise<void> {
    await fetch(this.session, { method: 'DELETE' });
    this.peer.close();
  }

  private stateIs(wanted: string): Promise<void> {
    return new Promise((done, failed) => {
      this.peer.onStateChange((state) => {
        if (state === wanted) done();
        else if (state === 'failed') failed(new Error('The connection failed.'));
      });
    });
  }
}

interface SetUp {
  readonly answered: number;
  readonly connected: number;
}

/** Has `run` set up publishers, prints what that took, and ends them. */
async function measure(
  what: string,
  server: BenchServer,
  urls: readonly string[],
  run: (all: readonly Publisher[]) => Promise<SetUp[]>,
): Promise<void> {
  const all = urls.map((url) => new Publisher(url));
  const [before, workerBefore] = [threadMicroseconds(server.pid), threadMicroseconds(server.pid, WORKER)];
  const setUps = await run(all);
  const used = (threadMicroseconds(server.pid) - before) / urls.length / 1000;
  const worker = (threadMicroseconds(server.pid, WORKER) - workerBefore) / urls.length / 1000;
  const [answered, connected] = [setUps.map((one) => one.answered), setUps.map((one) => one.connected)];
  console.log(
    `${what}: POST to connected p50 ${percentile(connected, 0.5).toFixed(1)} ms, p95 ${percentile(connected, 0.95).toFixed(1)} ms ` +
      `(answered p50 ${percentile(answered, 0.5).toFixed(1)} ms, p95 ${percentile(answered, 0.95).toFixed(1)} ms); ` +
      `${used.toFixed(1)} ms CPU each, ${worker.toFixed(1)} ms of them in the engine worker`,
  );
  await Promise.all(all.map((one) => one.end()));
  await pause(SETTLE_MS);
}

async function oneByOne(all: readonly Publisher[]): Promise<SetUp[]> {
  const setUps: SetUp[] = [];
  for (const publisher of all) setUps.push(await publisher.connect());
  return setUps;
}

async function measureServer(name: string, server: BenchServer, path: (stream: string) => string): Promise<void> {
  const urls = (kind: string, count: number): string[] =>
    Array.from({ length: count }, (_, i) => `${server.address}${path(`${kind}-${i}`)}`);
  console.log(`\n${name}`);
  await measure(`the first ${WARM_UP}`, server, urls('first', WARM_UP), oneByOne);
  await measure(`${publishers} one after another`, server, urls('single', publishers), oneByOne);
  await measure(`${publishers} at once`, server, urls('storm', publishers), (all) =>
    Promise.all(all.map((one) => one.connect())),
  );
  await server.stop();
}

async function main(): Promise<void> {
  leaveServerItsCore();
  const [peer = '', program = ''] = values.peer?.split('=') ?? [];
  const folder = mkdtempSync(join(tmpdir(), 'aircheck-bench-'));
  const server = await startServer(folder, { AIRCHECK_ENGINE_RECEIVE: values.receive });
  await measureServer('aircheck', server, (stream) => `/whip/${stream}`);
  if (peer === 'mediamtx')
    await measureServer(peer, await startMediamtx(program, folder), (stream) => `/${stream}/whip`);
  else if (peer === 'live777')
    await measureServer(peer, await startLive777(program, folder), (stream) => `/whip/${stream}`);
  rmSync(folder, { recursive: true, force: true });
  // Connections that are being torn down keep the process alive, and crash its end.
  process.exit(0);
}

await main();
