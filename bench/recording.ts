// What recording a stream costs: the built server on the first core, libdatachannel senders on the others.
// node bench/recording.ts [--streams 5,15,30] [--seconds 30] [--receive dgram,fd] [--srtp node,wasm] [--peer NAME=PATH]
// The other server is mediamtx or live777, of which PATH is the program. It is measured after ours, by the same senders.
// Prints CPU per packet, per stream, memory, set-up times, missing frames and drops; fails where something was switched off.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startLive777 } from './live777.ts';
import { startMediamtx } from './mediamtx.ts';
import { residentMegabytes, socketDrops, threadMicroseconds } from './process-costs.ts';
import { leaveServerItsCore, makeMedia, startSenders, startServer, type BenchServer } from './stage.ts';

const PACKET_PAYLOAD_BYTES = 1200;
const FRAMES_PER_SECOND = 30;
const SOUND_PACKETS_PER_SECOND = 50;
const SETTLE_MS = 4000;
/** Of a stream of 2.5 Mbit/s, where the recorder is on. */
const LEAST_RECORDED_KBPS = 1000;

/** How each of the other servers is started, and where it takes a stream. */
const peers = {
  mediamtx: { start: startMediamtx, path: (stream: string): string => `/${stream}/whip` },
  live777: { start: startLive777, path: (stream: string): string => `/whip/${stream}` },
} as const;
type PeerName = keyof typeof peers;
const isPeer = (name: string): name is PeerName => name in peers;

const { values } = parseArgs({
  options: {
    streams: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '30' },
    receive: { type: 'string', default: 'auto' },
    srtp: { type: 'string', default: 'auto' },
    peer: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
const pause = (durationMs: number): Promise<void> => new Promise((done) => setTimeout(done, durationMs));

interface Track {
  readonly kind: 'video' | 'audio';
  readonly packetsLost: number;
  readonly framesRecorded: number;
}

interface Run {
  readonly name: string;
  readonly streams: number;
  readonly microsecondsPerPacket: number;
}

/** RTP packets per second of one stream: 20 ms of audio each, pictures cut at the sender's payload size. */
function packetsPerSecond(mediaPath: string): number {
  const probe = ['-v', 'error', '-select_streams', 'v', '-show_entries', 'packet=size', '-of', 'csv=p=0', mediaPath];
  const sizes = execFileSync('ffprobe', probe, { encoding: 'utf8' }).trim().split('\n');
  const packets = sizes.reduce((sum, size) => sum + Math.ceil(Number.parseInt(size, 10) / PACKET_PAYLOAD_BYTES), 0);
  return packets / seconds + SOUND_PACKETS_PER_SECOND;
}

/** The value of a metric without labels or summed over them; 0 when it is absent. */
async function metric(address: string, name: string): Promise<number> {
  const text = await (await fetch(`${address}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

async function recordedTracks(address: string): Promise<Track[]> {
  const response = await fetch(`${address}/api/v1/sessions?limit=200`);
  const page = (await response.json()) as { sessions: { completeness: { tracks: Track[] } }[] };
  return page.sessions.flatMap(({ completeness }) => completeness.tracks);
}

function percentile(sorted: readonly number[], share: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN).toFixed(0);
}

/** Senders send for as long as the media is; what the server used is read inside of that. */
async function measure(
  server: BenchServer,
  urls: readonly string[],
  media: string,
): Promise<{ run: Run; lines: string[] }> {
  const { ended, setUpMs } = await startSenders(urls, media);
  await pause(SETTLE_MS);
  const windowMs = seconds * 1000 - 2 * SETTLE_MS;
  const [all, worker] = [threadMicroseconds(server.pid), threadMicroseconds(server.pid, 'aircheck-engine')];
  await pause(windowMs);
  const usedUs = threadMicroseconds(server.pid) - all;
  const workerUs = threadMicroseconds(server.pid, 'aircheck-engine') - worker;
  const memory = residentMegabytes(server.pid);
  const drops = socketDrops(server.pid);
  await ended;
  const packets = (packetsPerSecond(media) * urls.length * windowMs) / 1000;
  const percent = usedUs / windowMs / 10;
  const sorted = setUpMs.toSorted((one, other) => one - other);
  const lines = [
    `${Math.round((packets * 1000) / windowMs)} packets/s`,
    `${(usedUs / packets).toFixed(1)} µs CPU per packet, ${(workerUs / packets).toFixed(1)} µs of them in the engine worker`,
    `${percent.toFixed(1)} % of a core, ${(percent / urls.length).toFixed(2)} % per stream`,
    `${memory.toFixed(0)} MB resident`,
    `POST to connected, all at once: p50 ${percentile(sorted, 0.5)} ms, p95 ${percentile(sorted, 0.95)} ms`,
    `${drops} datagrams dropped by sockets`,
  ];
  return { run: { name: '', streams: urls.length, microsecondsPerPacket: usedUs / packets }, lines };
}

async function record(media: string, streams: number, receive: string, srtp: string): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'aircheck-bench-'));
  const server = await startServer(folder, {
    AIRCHECK_ENGINE_RECEIVE: receive,
    AIRCHECK_ENGINE_SRTP: srtp,
    AIRCHECK_ENGINE_ADMISSION_CPU_PERCENT: '100',
  });
  const info = (await (await fetch(`${server.address}/api/info`)).json()) as {
    engine: { what: string; name: string }[];
  };
  const name = info.engine.map((one) => `${one.what}=${one.name}`).join(' ');
  const urls = Array.from({ length: streams }, (_, i) => `${server.address}/whip/cam-${i}`);
  const { run, lines } = await measure(server, urls, media);
  await pause(SETTLE_MS / 2);
  const tracks = await recordedTracks(server.address);
  const sent = await metric(server.address, 'aircheck_engine_packets_sent');
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
  console.log([`\n${streams} streams, ${name}`, ...lines, ...judge(streams, tracks, sent)].join('\n'));
  return { ...run, name };
}

/** Reports and feedback went out, the index was written, and every frame is there. */
function judge(streams: number, tracks: readonly Track[], packetsSent: number): string[] {
  const pictures = tracks.filter(({ kind }) => kind === 'video');
  const recorded = pictures.reduce((sum, { framesRecorded }) => sum + framesRecorded, 0);
  const lost = tracks.reduce((sum, { packetsLost }) => sum + packetsLost, 0);
  const missing = streams * seconds * FRAMES_PER_SECOND - recorded;
  if (pictures.length !== streams || packetsSent < streams * seconds) {
    console.error(`Switched off? ${pictures.length} recordings in the index, ${packetsSent} packets to publishers.`);
    process.exitCode = 1;
  }
  return [`${missing} frames missing, ${lost} packets lost; ${packetsSent} packets of feedback and reports sent`];
}

async function recordWith(peer: PeerName, program: string, media: string, streams: number): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'aircheck-bench-'));
  const { start, path } = peers[peer];
  const server = await start(program, folder);
  const urls = Array.from({ length: streams }, (_, i) => `${server.address}${path(`cam-${i}`)}`);
  const { run, lines } = await measure(server, urls, media);
  await server.stop();
  const bytes = recordedBytes(folder);
  rmSync(folder, { recursive: true, force: true });
  if (bytes < (streams * seconds * LEAST_RECORDED_KBPS * 1000) / 8) {
    console.error(`Switched off? ${peer} recorded ${bytes} bytes.`);
    process.exitCode = 1;
  }
  console.log([`\n${streams} streams, ${peer}`, ...lines, `${(bytes / 1e6).toFixed(1)} MB recorded`].join('\n'));
  return { ...run, name: peer };
}

/** Of everything below a folder. */
function recordedBytes(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'aircheck-bench-'));
  const media = makeMedia(folder, seconds);
  leaveServerItsCore();
  const [peer = '', program = ''] = values.peer?.split('=') ?? [];
  if (values.peer !== undefined && (!isPeer(peer) || program === ''))
    throw new Error(`--peer ${Object.keys(peers).join('|')}=PATH`);
  for (const streams of values.streams.split(',').map(Number)) {
    const runs: Run[] = [];
    for (const receive of values.receive.split(','))
      for (const srtp of values.srtp.split(',')) runs.push(await record(media, streams, receive, srtp));
    if (!isPeer(peer)) continue;
    const other = await recordWith(peer, program, media, streams);
    for (const { name, microsecondsPerPacket } of runs)
      console.log(`${name}: ${(microsecondsPerPacket / other.microsecondsPerPacket).toFixed(2)} of ${peer}`);
  }
  rmSync(folder, { recursive: true, force: true });
}

await main();
