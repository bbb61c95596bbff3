// What benchmarks measure: the built server on the first core, libdatachannel senders on the others.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const PROJECT = resolve(import.meta.dirname, '..');
const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

export interface MediaShape {
  readonly size?: string;
  readonly bitrateKbps?: number;
}

/** H.264 of a constant rate and Opus at 64 kbit/s: unless told otherwise 720p30, 2.5 Mbit/s on the wire. */
export function makeMedia(
  folder: string,
  seconds: number,
  { size = '1280x720', bitrateKbps = 2450 }: MediaShape = {},
): string {
  const path = join(folder, `source-${size}.mkv`);
  const rate = `${bitrateKbps}k`;
  const picture = ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=30`];
  const sound = ['-f', 'lavfi', '-i', 'sine=sample_rate=48000'];
  const video = ['-c:v', 'libx264', '-preset', 'veryfast', '-profile:v', 'baseline', '-pix_fmt', 'yuv420p', '-bf', '0'];
  const constant = ['-g', '60', '-b:v', rate, '-minrate', rate, '-maxrate', rate, '-bufsize', rate];
  const audio = ['-c:a', 'libopus', '-ac', '2', '-b:a', '64k'];
  const encoding = [...video, ...constant, '-x264-params', 'nal-hrd=cbr:repeat-headers=1', ...audio];
  execFileSync('ffmpeg', ['-v', 'error', '-y', ...picture, ...sound, '-t', String(seconds), ...encoding, path]);
  return path;
}

/** Keeps this process, and what it starts from now on, off the core that the server has to itself. */
export function leaveServerItsCore(): void {
  if (cpus().length > 1) execFileSync('taskset', ['-acp', `1-${cpus().length - 1}`, String(process.pid)]);
}

export interface BenchServer {
  readonly pid: number;
  readonly address: string;
  stop(): Promise<void>;
}

/** Ours can be looked into. */
export interface OurServer extends BenchServer {
  /** Opens it. @returns the address of V8's inspector */
  inspectorUrl(): Promise<string>;
}

/** With its defaults but ports and paths, and `settings`: of one core it makes one worker. What it says is in `folder`. */
export async function startServer(folder: string, settings: Readonly<Record<string, string>> = {}): Promise<OurServer> {
  const log = createWriteStream(join(folder, 'server.log'));
  await once(log, 'open');
  const env = {
    PATH: process.env['PATH'],
    // Nothing until the process is asked for it.
    NODE_OPTIONS: '--inspect-port=127.0.0.1:0',
    AIRCHECK_HTTP_LISTEN: '127.0.0.1:0',
    AIRCHECK_WEBRTC_UDP_PORT: '0',
    AIRCHECK_WEBRTC_LISTEN_ADDRESSES: '127.0.0.1',
    AIRCHECK_WEBRTC_ANNOUNCED_ADDRESSES: '127.0.0.1',
    ...settings,
  };
  const child = spawn(
    'taskset',
    ['-c', '0', join(PROJECT, 'node_modules/.bin/node'), join(PROJECT, 'dist/main.js'), 'serve'],
    { cwd: folder, env, stdio: ['ignore', 'pipe', log] },
  );
  for await (const line of createInterface({ input: child.stdout })) {
    const [address] = /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(line) ?? [];
    if (address === undefined) continue;
    child.stdout.pipe(log);
    const stop = async (): Promise<void> => {
      child.kill('SIGTERM');
      await once(child, 'exit');
    };
    const pid = serverPid(child.pid ?? 0);
    process.once('exit', () => {
      if (child.exitCode === null && child.signalCode === null) process.kill(pid, 'SIGKILL');
    });
    return { pid, address, stop, inspectorUrl: () => openInspector(pid, folder) };
  }
  throw new Error(`The server did not start: ${folder}/server.log has what it said.`);
}

async function openInspector(pid: number, folder: string): Promise<string> {
  process.kill(pid, 'SIGUSR1');
  for (let attempt = 0; attempt < 50; attempt++) {
    const [url] = /ws:\/\/\S+/.exec(readFileSync(join(folder, 'server.log'), 'utf8')) ?? [];
    if (url !== undefined) return url;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error('The inspector did not open.');
}

/** npm's `node` is a launcher on some systems: the process that works is the last of the line. */
function serverPid(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return children === '' ? pid : serverPid(Number(children.split(' ')[0]));
}

/** What `Order` of test/support/publishers/datachannel.ts says of them. */
export interface Sending {
  readonly spreadSeconds?: number;
  readonly inTurn?: number;
  readonly repairsSound?: boolean;
  readonly loops?: number;
}

export interface Senders {
  readonly pid: number;
  /** When they have sent everything. @returns how late the latest frame was sent */
  readonly ended: Promise<number>;
  /** How long each was from its POST to connected. */
  readonly setUpMs: readonly number[];
}

interface SenderEvent {
  readonly event: string;
  readonly ms?: number;
  readonly mostLateMs?: number;
  readonly message?: string;
}

/** @param media one file, or several that follow each other. @param environment of their process. @returns when all are connected. @throws {Error} when one could not */
export async function startSenders(
  urls: readonly string[],
  media: string | readonly string[],
  sending: Sending = {},
  environment: Readonly<Record<string, string>> = {},
): Promise<Senders> {
  const program = join(PROJECT, 'test/support/publishers/datachannel.ts');
  const order = JSON.stringify({ urls, media, quiet: true, ...sending });
  const sender = spawn(join(PROJECT, 'node_modules/.bin/node'), ['--no-warnings', program, order], {
    ...{ stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...environment } },
  });
  const ended = once(sender, 'exit');
  const setUpMs: number[] = [];
  let mostLateMs = NaN;
  await new Promise<void>((done, failed) => {
    createInterface({ input: sender.stdout }).on('line', (line) => {
      const said = JSON.parse(line) as SenderEvent;
      if (said.ms !== undefined) setUpMs.push(said.ms);
      if (said.mostLateMs !== undefined) mostLateMs = said.mostLateMs;
      if (said.event === 'connected') done();
      if (said.event === 'error') failed(new Error(`A sender failed: ${said.message ?? ''}`));
    });
  });
  return { pid: serverPid(sender.pid ?? 0), ended: ended.then(() => mostLateMs), setUpMs };
}

/** CPU time of a whole process in microseconds, from the kernel's own account (proc(5)). */
export function cpuMicroseconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1e6;
}
