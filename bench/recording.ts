// What recording a stream costs: the built server on the first core, libdatachannel senders on the others.
// node bench/recording.ts [--streams 50] [--seconds 30] ; prints CPU per packet, per stream, memory, and whether every stream was whole.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

const PROJECT = resolve(import.meta.dirname, '..');
const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
const PACKET_PAYLOAD_BYTES = 1200;
const SETTLE_MS = 4000;

const { values } = parseArgs({
  options: { streams: { type: 'string', default: '50' }, seconds: { type: 'string', default: '30' } },
});
const streams = Number(values.streams);
const seconds = Number(values.seconds);

/** 720p30 H.264 at a constant 2.45 Mbit/s and Opus at 64 kbit/s: 2.5 Mbit/s on the wire. */
function makeMedia(folder: string): string {
  const path = join(folder, 'source.mkv');
  const rate = [
    '-b:v',
    '2450k',
    '-minrate',
    '2450k',
    '-maxrate',
    '2450k',
    '-bufsize',
    '2450k',
    '-x264-params',
    'nal-hrd=cbr:repeat-headers=1',
  ];
  const picture = [
    '-f',
    'lavfi',
    '-i',
    'testsrc2=size=1280x720:rate=30',
    '-f',
    'lavfi',
    '-i',
    'sine=sample_rate=48000',
  ];
  const video = [
    '-c:v',
    'libx264',
    '-preset',
    'veryfast',
    '-profile:v',
    'baseline',
    '-pix_fmt',
    'yuv420p',
    '-bf',
    '0',
    '-g',
    '60',
    ...rate,
  ];
  execFileSync('ffmpeg', [
    '-v',
    'error',
    ...picture,
    '-t',
    String(seconds),
    ...video,
    '-c:a',
    'libopus',
    '-ac',
    '2',
    '-b:a',
    '64k',
    path,
  ]);
  return path;
}

/** RTP packets per second of one stream: 20 ms of audio each, pictures cut at the sender's payload size. */
function packetsPerSecond(mediaPath: string): number {
  const sizes = execFileSync(
    'ffprobe',
    ['-v', 'error', '-select_streams', 'v', '-show_entries', 'packet=size', '-of', 'csv=p=0', mediaPath],
    { encoding: 'utf8' },
  );
  const packets = sizes
    .trim()
    .split('\n')
    .reduce((sum, size) => sum + Math.ceil(Number.parseInt(size, 10) / PACKET_PAYLOAD_BYTES), 0);
  return packets / seconds + 50;
}

/** CPU time of a whole process in microseconds, from the kernel's own account (proc(5)). */
function cpuMicroseconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1e6;
}

function residentMegabytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

async function startServer(folder: string): Promise<{ pid: number; address: string; stop: () => Promise<void> }> {
  const env = {
    PATH: process.env['PATH'],
    AIRCHECK_HTTP_LISTEN: '127.0.0.1:0',
    AIRCHECK_WEBRTC_UDP_PORT: '0',
    AIRCHECK_WEBRTC_LISTEN_ADDRESSES: '127.0.0.1',
    AIRCHECK_WEBRTC_ANNOUNCED_ADDRESSES: '127.0.0.1',
    AIRCHECK_ENGINE_WORKERS: '1',
  };
  const child = spawn(
    'taskset',
    ['-c', '0', join(PROJECT, 'node_modules/.bin/node'), join(PROJECT, 'dist/main.js'), 'serve'],
    { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  for await (const line of createInterface({ input: child.stdout })) {
    const [address] = /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(line) ?? [];
    if (address === undefined) continue;
    child.stdout.resume();
    const stop = async (): Promise<void> => {
      child.kill('SIGTERM');
      await once(child, 'exit');
    };
    return { pid: serverPid(child.pid ?? 0), address, stop };
  }
  throw new Error('The server did not start.');
}

/** npm's `node` is a launcher on some systems: the process that works is the last of the line. */
function serverPid(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return children === '' ? pid : serverPid(Number(children.split(' ')[0]));
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'aircheck-bench-'));
  const media = makeMedia(folder);
  const server = await startServer(folder);
  const urls = Array.from({ length: streams }, (_, i) => `${server.address}/whip/cam-${i}`);
  const order = JSON.stringify({ urls, media, quiet: true });
  const sender = spawn(
    join(PROJECT, 'node_modules/.bin/node'),
    ['--no-warnings', join(PROJECT, 'test/support/publishers/datachannel.ts'), order],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const ended = once(sender, 'exit');
  for await (const line of createInterface({ input: sender.stdout })) if (line.includes('"connected"}')) break;
  sender.stdout.resume();

  await new Promise((done) => setTimeout(done, SETTLE_MS));
  const windowMs = seconds * 1000 - 2 * SETTLE_MS;
  const before = cpuMicroseconds(server.pid);
  await new Promise((done) => setTimeout(done, windowMs));
  const cpu = cpuMicroseconds(server.pid) - before;
  const memory = residentMegabytes(server.pid);
  await ended;
  await server.stop();

  const packets = packetsPerSecond(media) * streams * (windowMs / 1000);
  const bytes = urls.map((_, i) => recordedBytes(join(folder, 'data/recordings', `cam-${i}`)));
  const cpuPercent = cpu / windowMs / 10;
  console.log(
    [
      `${streams} streams, ${Math.round(packets / (windowMs / 1000))} packets/s`,
      `${(cpu / packets).toFixed(1)} µs CPU per packet`,
      `${cpuPercent.toFixed(1)} % of a core, ${(cpuPercent / streams).toFixed(2)} % per stream`,
      `${memory.toFixed(0)} MB resident`,
      `media on disk per stream: ${Math.min(...bytes)} to ${Math.max(...bytes)} bytes`,
    ].join('\n'),
  );
  rmSync(folder, { recursive: true, force: true });
}

function recordedBytes(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.includes('seg_'))
    .reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

await main();
