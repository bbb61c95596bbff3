// How long the built server takes to start over SQLite: with an empty index, with a large one of which a crash left a session open, and again.
// npm run bench:start-up -- [--segments 100000] [--starts 5] ; prints the time from the start of the process to its first 200 on /readyz,
// and its CPU time by then. Exit code 1: not even the quickest start was within two seconds.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';

const PROJECT = resolve(import.meta.dirname, '..');
const SEGMENTS_PER_DAY = 14_400;
const SEGMENT_MS = 6000;
const DAY_MS = SEGMENTS_PER_DAY * SEGMENT_MS;
const POLL_MS = 10;
const MOST_MS = 2000;
const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

const { values } = parseArgs({
  options: { segments: { type: 'string', default: '100000' }, starts: { type: 'string', default: '5' } },
});

interface Started {
  readonly child: ChildProcess;
  readonly readyMs: number;
  /** Of the whole process until then, which other programs on the machine do not make longer. */
  readonly cpuMs: number;
}

async function start(folder: string): Promise<Started> {
  const env = {
    PATH: process.env['PATH'],
    AIRCHECK_HTTP_LISTEN: '127.0.0.1:0',
    AIRCHECK_WEBRTC_UDP_PORT: '0',
    AIRCHECK_WEBRTC_LISTEN_ADDRESSES: '127.0.0.1',
    AIRCHECK_WEBRTC_ANNOUNCED_ADDRESSES: '127.0.0.1',
    AIRCHECK_ENGINE_WORKERS: '1',
    AIRCHECK_RECORDER_RECONNECT_WINDOW_SECONDS: '0',
  };
  const begunMs = performance.now();
  const command = [join(PROJECT, 'dist/main.js'), 'serve'];
  const child = spawn(join(PROJECT, 'node_modules/.bin/node'), command, {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const [address] = /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(line) ?? [];
    if (address === undefined) continue;
    while (!(await isReady(address))) await new Promise((done) => setTimeout(done, POLL_MS));
    child.stdout.resume();
    return { child, readyMs: performance.now() - begunMs, cpuMs: cpuMilliseconds(child.pid ?? 0) };
  }
  throw new Error('The server did not start.');
}

/** The kernel's own account (proc(5)). */
function cpuMilliseconds(pid: number): number {
  const fields =
    readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
      .split(') ')[1]
      ?.split(' ') ?? [];
  return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1000;
}

async function isReady(address: string): Promise<boolean> {
  const { status } = await fetch(`${address}/readyz`);
  return status === 200;
}

async function stop({ child }: Started): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

/** One session per day, each a directory of its own; the last is left as a killed server leaves it. */
function fill(folder: string, segments: number): void {
  const database = new DatabaseSync(join(folder, 'data/aircheck.db'));
  database.exec('BEGIN');
  const days = Math.ceil(segments / SEGMENTS_PER_DAY);
  const firstDayMs = Math.floor(Date.now() / DAY_MS - days + 1) * DAY_MS;
  for (let day = 0; day < days; day++) {
    const count = Math.min(SEGMENTS_PER_DAY, segments - day * SEGMENTS_PER_DAY);
    insertDay(database, new Date(firstDayMs + day * DAY_MS), count, day === days - 1);
  }
  database.exec('COMMIT');
  database.close();
}

function insertDay(database: DatabaseSync, startedAt: Date, count: number, isOpen: boolean): void {
  const at = startedAt.toISOString();
  const directory = `cam/${at.slice(0, 10).replaceAll('-', '/')}`;
  const id = `bench-${at.slice(0, 10)}`;
  const endMs = count * SEGMENT_MS;
  insert(database, 'recording_sessions', {
    id,
    stream: 'cam',
    node_alias: 'bench',
    trigger: 'auto',
    state: isOpen ? 'recording' : 'completed',
    directory,
    mpd_path: `${directory}/manifest.mpd`,
    started_at: at,
    anchored_at: at,
    first_media_ms: 0,
    end_ms: endMs,
    duration_ms: endMs,
    size_bytes: count * 1000,
    segment_count: count,
    next_period: 1,
    gap_count: 0,
    gap_ms: 0,
    published_at: isOpen ? null : at,
    created_at: at,
    updated_at: at,
  });
  const part = { directory, session_id: id, stream: 'cam', started_at: at, first_number: 1 };
  insert(database, 'session_parts', { ...part, segment_count: count, start_ms: 0, end_ms: endMs, size_bytes: count });
  insert(database, 'tracks', {
    directory,
    session_id: id,
    track_id: 'video',
    kind: 'video',
    codec_name: 'H264',
    codec_string: 'avc1.42E01F',
    timescale: 90_000,
    init_object_key: `${directory}/init.m4s`,
    init_size_bytes: 700,
    init_sha256: '0'.repeat(64),
    width: 1280,
    height: 720,
    created_at: at,
  });
  for (let number = 1; number <= count; number++) {
    insert(database, 'segments', segment(directory, id, number, at));
  }
}

function segment(directory: string, sessionId: string, number: number, at: string): Row {
  const startMs = (number - 1) * SEGMENT_MS;
  const name = `seg_${String(number).padStart(4, '0')}.m4s`;
  const shown = [`${directory}/`, 1, 'video', name, startMs * 90, SEGMENT_MS * 90, 1000, true];
  const others = ['video', 90_000, 180, '0'.repeat(64)];
  const times = { start_ms: startMs, duration_ms: SEGMENT_MS, created_at: at };
  const facts = { directory, number, session_id: sessionId, period: 0, size_bytes: 1000, state: 'local' };
  return { ...facts, ...times, objects: [shown, others].map((line) => JSON.stringify(line).slice(1, -1)).join('\n') };
}

type Row = Readonly<Record<string, string | number | null>>;

function insert(database: DatabaseSync, table: string, row: Row): void {
  const names = Object.keys(row);
  const columns = names.map((name) => `"${name}"`).join(', ');
  const places = names.map(() => '?').join(', ');
  database.prepare(`INSERT INTO "${table}" (${columns}) VALUES (${places})`).run(...Object.values(row));
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'aircheck-bench-'));
  const empty = await start(folder);
  await stop(empty);
  fill(folder, Number(values.segments));
  const crashed = await start(folder);
  await stop(crashed);
  const times: Started[] = [];
  for (let run = 0; run < Number(values.starts); run++) {
    const again = await start(folder);
    times.push(again);
    await stop(again);
  }
  const ms = ({ readyMs, cpuMs }: Started): string => `${readyMs.toFixed(0)} ms (CPU ${cpuMs.toFixed(0)} ms)`;
  console.log(
    [
      `with an empty index, its tables made: ${ms(empty)}`,
      `with ${values.segments} segments, one session of a day left open: ${ms(crashed)}`,
      `with ${values.segments} segments, nothing left open: ${times.map(ms).join(', ')}`,
    ].join('\n'),
  );
  rmSync(folder, { recursive: true, force: true });
  const quickestMs = Math.min(...[empty, crashed, ...times].map(({ readyMs }) => readyMs));
  if (quickestMs > MOST_MS) process.exitCode = 1;
}

await main();
