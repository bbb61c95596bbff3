// What benchmarks measure: the built server on the first core, libdatachannel senders on the others.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const PROJECT = resolve(import.meta.dirname, '..');
const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** 720p30 H.264 at a constant 2.45 Mbit/s and Opus at 64 kbit/s: 2.5 Mbit/s on the wire. */
export function makeMedia(folder: string, seconds: number): string {
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

/** Keeps this process, and what it starts from now on, off the core that the server has to itself. */
export function leaveServerItsCore(): void {
  if (cpus().length > 1) execFileSync('taskset', ['-acp', `1-${cpus().length - 1}`, String(process.pid)]);
}

export interface BenchServer {
  readonly pid: number;
  readonly address: string;
  stop(): Promise<void>;
}

export async function startServer(
  folder: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<BenchServer> {
  const env = {
    PATH: process.env['PATH'],
    AIRCHECK_HTTP_LISTEN: '127.0.0.1:0',
    AIRCHECK_WEBRTC_UDP_PORT: '0',
    AIRCHECK_WEBRTC_LISTEN_ADDRESSES: '127.0.0.1',
    AIRCHECK_WEBRTC_ANNOUNCED_ADDRESSES: '127.0.0.1',
    AIRCHECK_ENGINE_WORKERS: '1',
    ...settings,
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

/**
 * @param order more that the senders are told (test/support/publishers/datachannel.ts)
 * @param environment of their process
 * @returns when all senders are connected, with how long each took from its POST on; `ended` when they have sent everything
 */
export async function startSenders(
  urls: readonly string[],
  media: string,
  order: object = {},
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly ended: Promise<unknown>; readonly setUpMs: readonly number[] }> {
  const sender = spawn(
    join(PROJECT, 'node_modules/.bin/node'),
    [
      '--no-warnings',
      join(PROJECT, 'test/support/publishers/datachannel.ts'),
      JSON.stringify({ urls, media, quiet: true, ...order }),
    ],
    { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...environment } },
  );
  const ended = once(sender, 'exit');
  const setUpMs: number[] = [];
  for await (const line of createInterface({ input: sender.stdout })) {
    const { event, ms } = JSON.parse(line) as { event: string; ms?: number };
    if (event === 'set-up' && ms !== undefined) setUpMs.push(ms);
    if (event === 'connected') break;
  }
  sender.stdout.resume();
  return { ended, setUpMs };
}

/** CPU time of a whole process in microseconds, from the kernel's own account (proc(5)). */
export function cpuMicroseconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1e6;
}
