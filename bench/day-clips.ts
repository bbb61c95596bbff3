// How soon a clip of half a minute begins that lies anywhere in a day of one stream, and how much is read for it.
// npm run build && node bench/day-clips.ts [--clips 200] [--url postgres://…]
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type * as Config from '../src/config/index.js';
import type * as Migrations from '../src/migrations/index.js';
import type * as Options from '../src/persistence/data-source-options.js';
import type * as Open from '../src/persistence/open-data-source.js';
import { headersOf, inits, SEGMENT_BYTES, type Kind } from './index-rows/day-media.ts';
import { BUSY_STREAM, DAYS, generateRows, SEGMENTS_PER_DAY } from './index-rows/generate-rows.ts';
import { importBuilt } from './index-rows/import-built.ts';
import { cpuMicroseconds, leaveServerItsCore, startServer } from './stage.ts';

const { values } = parseArgs({ options: { clips: { type: 'string', default: '200' }, url: { type: 'string' } } });
const DAY_MS = 86_400_000;
const CLIP_MS = 30_000;
const LAST_DAY = new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS);
const PREFIX: Readonly<Record<Kind, string>> = { video: '', audio: 'audio_' };

async function makeRows(url: string, cwd: string): Promise<void> {
  const { loadConfig } = await importBuilt<typeof Config>('config/index.js');
  const { dataSourceOptions } = await importBuilt<typeof Options>('persistence/data-source-options.js');
  const { openDataSource } = await importBuilt<typeof Open>('persistence/open-data-source.js');
  const { migrations } = await importBuilt<typeof Migrations>('migrations/index.js');
  const { config } = loadConfig({ env: { DATABASE_URL: url }, cwd });
  const dataSource = await openDataSource(dataSourceOptions(config.database, { entities: [], migrations }));
  const busyPerDay = SEGMENTS_PER_DAY;
  await generateRows(dataSource, { segments: DAYS * (busyPerDay + 1), streams: 2, busyPerDay, lastDay: LAST_DAY });
  for (const [kind, init] of Object.entries(inits)) {
    await dataSource.query(`UPDATE "tracks" SET "init_size_bytes" = ${String(init.length)} WHERE "kind" = '${kind}'`);
  }
  await dataSource.destroy();
}

/** The files of the last day: holes where samples would be, which read as zeros. */
function makeFiles(root: string): void {
  const [day = ''] = LAST_DAY.toISOString().split('T');
  const directory = join(root, BUSY_STREAM, day.replaceAll('-', '/'));
  mkdirSync(directory, { recursive: true });
  for (const kind of ['video', 'audio'] as const) {
    writeFileSync(join(directory, `${PREFIX[kind]}init.m4s`), inits[kind]);
    for (let number = 1; number <= SEGMENTS_PER_DAY; number++) {
      const file = openSync(join(directory, `${PREFIX[kind]}seg_${String(number).padStart(4, '0')}.m4s`), 'w');
      ftruncateSync(file, SEGMENT_BYTES[kind]);
      for (const { at, length, write } of headersOf(kind, number)) {
        const bytes = Buffer.alloc(length);
        write(bytes, 0);
        writeSync(file, bytes, 0, length, at);
      }
      closeSync(file);
    }
  }
}

/** Bytes that a process has read so far, of files and of its database alike (proc(5)). */
function bytesRead(pid: number): number {
  return Number(/^rchar: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'aircheck-bench-'));
  const url = values.url ?? `sqlite://${join(folder, 'index.db')}`;
  const root = join(folder, 'recordings');
  try {
    const settings = { DATABASE_URL: url, AIRCHECK_RECORDER_STORAGE_ROOT: root };
    await (await startServer(folder, settings)).stop(); // Folder and database know each other while both are empty.
    await makeRows(url, folder);
    makeFiles(root);
    execFileSync('sync'); // Else the disk is busy with these files while clips are asked for.
    leaveServerItsCore();
    const server = await startServer(folder, settings);
    const delays: number[] = [];
    const before = { cpu: cpuMicroseconds(server.pid), bytes: bytesRead(server.pid) };
    let clipBytes = 0;
    for (let clip = 0; clip < Number(values.clips); clip += 1) {
      const start = LAST_DAY.getTime() + Math.random() * (DAY_MS - CLIP_MS);
      const [from = '', to = ''] = [start, start + CLIP_MS].map((ms) => new Date(ms).toISOString());
      const askedAt = performance.now();
      const response = await fetch(`${server.address}/play/${BUSY_STREAM}/clip.mp4?from=${from}&to=${to}`);
      if (response.status !== 200 || response.body === null) throw new Error(`clip → ${response.status}`);
      const reader = response.body.getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        if (delays.length === clip) delays.push(performance.now() - askedAt);
        clipBytes += (part.value as Uint8Array).length;
      }
    }
    const share = (total: number): number => total / Number(values.clips) / 1e6;
    delays.sort((one, other) => one - other);
    const at = (part: number): string => (delays[Math.floor((delays.length - 1) * part)] ?? NaN).toFixed(1);
    console.log(
      `first byte of a clip of ${CLIP_MS / 1000} s of ${delays.length} anywhere in a day: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms;`,
      `${share(clipBytes).toFixed(2)} MB long, ${share(bytesRead(server.pid) - before.bytes).toFixed(2)} MB read for it,`,
      `${((cpuMicroseconds(server.pid) - before.cpu) / 1000 / Number(values.clips)).toFixed(1)} ms of CPU`,
    );
    await server.stop();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

await main();
