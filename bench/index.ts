// How long the built server takes to answer from a large index, what that costs it, and what commits cost beside it.
// npm run build && npm run bench:index -- --database postgres|sqlite [--rows N] [--url postgres://…] [--requests 300]
//   [--data DIR] keeps the SQLite database in DIR, and uses what is there
//   [--generate] makes the rows and measures nothing
// PostgreSQL in the database that --url or DATABASE_URL names. Rows that are there already are used.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { parseArgs } from 'node:util';
import type { DataSource } from 'typeorm';
import type * as Config from '../src/config/index.js';
import type * as Migrations from '../src/migrations/index.js';
import type * as Entities from '../src/modules/index/entities/index.js';
import type * as Drivers from '../src/modules/storage/drivers/fs.driver.js';
import type * as Stored from '../src/modules/storage/entities/index.js';
import type * as Owners from '../src/modules/storage/ownership/owner-table.js';
import type * as Marks from '../src/modules/storage/ownership/storage-mark.js';
import type * as Options from '../src/persistence/data-source-options.js';
import type * as Open from '../src/persistence/open-data-source.js';
import { BUSY_STREAM, DAYS, findLastDay, generateRows, SEGMENTS_PER_DAY } from './index-rows/generate-rows.ts';
import { importBuilt } from './index-rows/import-built.ts';
import { measureCommits } from './index-rows/measure-commits.ts';
import { threadMicroseconds } from './process-costs.ts';

const PROJECT = resolve(import.meta.dirname, '..');
const STREAMS = 1000;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Midnight before the last day that is over. */
const YESTERDAY = new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS);

const { values } = parseArgs({
  options: {
    database: { type: 'string', default: 'sqlite' },
    rows: { type: 'string' },
    url: { type: 'string' },
    requests: { type: 'string', default: '300' },
    data: { type: 'string' },
    generate: { type: 'boolean', default: false },
  },
});
const isPostgres = values.database === 'postgres';
const folder = mkdtempSync(join(tmpdir(), 'aircheck-bench-index-'));
const recordings = join(folder, 'recordings');
const url = isPostgres
  ? (values.url ?? process.env['DATABASE_URL'] ?? 'postgres:///aircheck?host=/run/postgresql')
  : `sqlite://${join(resolve(values.data ?? folder), 'index.db')}`;

interface Question {
  readonly name: string;
  /** Milliseconds that the slowest hundredth may take. */
  readonly barMs: number;
  readonly path: () => string;
}

const someStream = (): string => `cam-${String(Math.floor(Math.random() * STREAMS))}`;

/** @param lastDay midnight before the last day of the rows */
function questionsAbout(lastDay: Date): readonly Question[] {
  const someTime = (lengthMs: number): string => {
    const from = lastDay.getTime() - Math.floor(Math.random() * (DAYS - 1)) * DAY_MS;
    const shift = lengthMs === DAY_MS ? 0 : Math.floor(Math.random() * (DAY_MS - lengthMs));
    return range(from + shift, from + shift + lengthMs);
  };
  const month = range(lastDay.getTime() - (DAYS - 1) * DAY_MS, lastDay.getTime() + DAY_MS);
  return [
    { name: "a stream's days", barMs: 50, path: () => `/api/v1/recordings?stream=${someStream()}&limit=30` },
    {
      name: "a stream's sessions",
      barMs: 50,
      path: () => `/api/v1/sessions?stream=${someStream()}&${month}&limit=30`,
    },
    { name: 'timeline of 30 days', barMs: 50, path: () => `/api/v1/streams/${someStream()}/timeline?${month}` },
    { name: 'timeline of 30 full days', barMs: 50, path: () => `/api/v1/streams/${BUSY_STREAM}/timeline?${month}` },
    { name: 'manifest of an hour', barMs: 30, path: () => `/play/${BUSY_STREAM}/manifest.mpd?${someTime(HOUR_MS)}` },
    { name: 'manifest of a day', barMs: 150, path: () => `/play/${BUSY_STREAM}/manifest.mpd?${someTime(DAY_MS)}` },
  ];
}

function range(fromMs: number, toMs: number): string {
  return `from=${new Date(fromMs).toISOString()}&to=${new Date(toMs).toISOString()}`;
}

/** @returns midnight before the last day of the rows */
async function prepare(): Promise<Date> {
  const { loadConfig } = await importBuilt<typeof Config>('config/index.js');
  const { dataSourceOptions } = await importBuilt<typeof Options>('persistence/data-source-options.js');
  const { openDataSource } = await importBuilt<typeof Open>('persistence/open-data-source.js');
  const { migrations } = await importBuilt<typeof Migrations>('migrations/index.js');
  const { indexEntities, SegmentRow } = await importBuilt<typeof Entities>('modules/index/entities/index.js');
  const { storageEntities } = await importBuilt<typeof Stored>('modules/storage/entities/index.js');
  const env = { DATABASE_URL: url, AIRCHECK_DATABASE_STATEMENT_TIMEOUT_SECONDS: '3600' };
  const { config } = loadConfig({ env, cwd: folder });
  const dataSource = await openDataSource(
    dataSourceOptions(config.database, { entities: [...indexEntities, ...storageEntities], migrations }),
  );
  const wanted = Number(values.rows ?? (isPostgres ? 10_000_000 : 2_000_000));
  const begunMs = performance.now();
  const isThere = await dataSource.manager.existsBy(SegmentRow, {});
  if (!isThere) {
    const made = await generateRows(dataSource, {
      segments: wanted,
      streams: STREAMS,
      busyPerDay: SEGMENTS_PER_DAY,
      lastDay: YESTERDAY,
    });
    print(`${String(made)} segments in ${((performance.now() - begunMs) / 1000).toFixed(0)} s`);
  }
  const lastDay = await findLastDay(dataSource);
  if (!values.generate) {
    await printCommits(dataSource);
    await claimStorage(dataSource);
  }
  await dataSource.destroy();
  return lastDay;
}

async function printCommits(dataSource: DataSource): Promise<void> {
  const perSecond = isPostgres ? 1000 : 200;
  const commits = await measureCommits(dataSource, { perSecond, seconds: 10 });
  const { corePercent, p99Ms } = commits;
  print(
    `commits: ${commits.perSecond.toFixed(0)} of ${String(perSecond)} a second, ${corePercent.toFixed(1)} % of a core (25), p99 ${p99Ms.toFixed(0)} ms`,
  );
}

/** The media of the rows is nowhere: the folder that the server is to record into says at least whose it is. */
async function claimStorage(dataSource: DataSource): Promise<void> {
  const { OwnerTable } = await importBuilt<typeof Owners>('modules/storage/ownership/owner-table.js');
  const { writeMark } = await importBuilt<typeof Marks>('modules/storage/ownership/storage-mark.js');
  const { FsStorageDriver } = await importBuilt<typeof Drivers>('modules/storage/drivers/fs.driver.js');
  await writeMark(new FsStorageDriver(recordings), await new OwnerTable(dataSource).ownerId(), true);
}

async function ask(address: string, pid: number, { name, barMs, path }: Question): Promise<void> {
  const times: number[] = [];
  const usedBefore = threadMicroseconds(pid);
  let status = 0;
  let bytes = 0;
  for (let count = 0; count < Number(values.requests); count += 1) {
    const begunMs = performance.now();
    const response = await fetch(address + path());
    bytes = (await response.arrayBuffer()).byteLength;
    times.push(performance.now() - begunMs);
    ({ status } = response);
  }
  times.sort((one, other) => one - other);
  const at = (share: number): string => (times[Math.floor(times.length * share)] ?? NaN).toFixed(1);
  const cpuMs = (threadMicroseconds(pid) - usedBefore) / 1000 / times.length;
  print(
    `${name}: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms (${String(barMs)}), CPU of the server ${cpuMs.toFixed(1)} ms, ${String(bytes)} bytes, status ${String(status)}`,
  );
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function main(): Promise<void> {
  print(`${isPostgres ? 'PostgreSQL' : 'SQLite'}, ${String(STREAMS)} streams, ${String(DAYS)} days`);
  if (values.data !== undefined) mkdirSync(values.data, { recursive: true });
  const lastDay = await prepare();
  if (!values.generate) await measure(lastDay);
}

async function measure(lastDay: Date): Promise<void> {
  const child = spawn(process.execPath, [join(PROJECT, 'dist/main.js'), 'serve'], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: url,
      AIRCHECK_RECORDER_STORAGE_ROOT: recordings,
      AIRCHECK_HTTP_LISTEN: '127.0.0.1:0',
      AIRCHECK_WEBRTC_UDP_PORT: '0',
      AIRCHECK_WEBRTC_LISTEN_ADDRESSES: '127.0.0.1',
      AIRCHECK_ENGINE_WORKERS: '1',
      AIRCHECK_LOG_LEVEL: 'info',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const address = await readAddress(child.stdout);
    for (const question of questionsAbout(lastDay)) await ask(address, child.pid ?? 0, question);
  } finally {
    child.kill('SIGKILL');
  }
}

/** Everything that the server says afterwards is read as well, and forgotten: it would wait for it. */
function readAddress(log: Readable): Promise<string> {
  const lines = createInterface({ input: log });
  return new Promise((found, failed) => {
    lines.on('line', (line) => {
      const [known] = /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(line) ?? [];
      if (known !== undefined && line.includes('ready')) found(known);
    });
    lines.on('close', () => {
      failed(new Error('The server did not start.'));
    });
  });
}

try {
  await main();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
