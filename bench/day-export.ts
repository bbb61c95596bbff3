// How long the plan of a day's export keeps everybody else of the main thread waiting.
// npm run build:server && nice -n -15 node bench/day-export.ts [--format mp4] ; prints the time of the plan and the delays of the event loop.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type * as Config from '../src/config/index.js';
import type * as Migrations from '../src/migrations/index.js';
import type * as Planners from '../src/modules/exports/clips/clip-planner.js';
import type * as Entities from '../src/modules/index/entities/index.js';
import type * as Ranges from '../src/modules/index/playback-range.service.js';
import type * as Gates from '../src/modules/storage/answer-gates.js';
import type * as Drivers from '../src/modules/storage/drivers/index.js';
import type * as Storages from '../src/modules/storage/storage.service.js';
import type { ByteRange } from '../src/shared/byte-range.js';
import type { ObjectFacts } from '../src/modules/storage/ports/storage-driver.js';
import type { ObjectKey } from '../src/modules/storage/ports/object-key.js';
import type * as Options from '../src/persistence/data-source-options.js';
import type * as Open from '../src/persistence/open-data-source.js';
import { inits, kindOf, SEGMENT_BYTES, segmentBytes } from './index-rows/day-media.ts';
import { BUSY_STREAM, DAYS, generateRows, SEGMENTS_PER_DAY } from './index-rows/generate-rows.ts';
import { importBuilt } from './index-rows/import-built.ts';

const { values } = parseArgs({ options: { format: { type: 'string', default: 'mp4' } } });
const DAY_MS = 86_400_000;
const LAST_DAY = new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS);

const { MemoryStorageDriver } = await importBuilt<typeof Drivers>('modules/storage/drivers/index.js');

class DayStore extends MemoryStorageDriver {
  override head(key: ObjectKey): Promise<ObjectFacts> {
    const sizeBytes = key.includes('init') ? inits[kindOf(key)].length : SEGMENT_BYTES[kindOf(key)];
    return Promise.resolve({ key, sizeBytes, modifiedAt: LAST_DAY, checksums: {} });
  }

  /** A turn of the event loop later, as bytes of a disk come. */
  override async get(key: ObjectKey, range: ByteRange): Promise<Readable> {
    await setImmediate();
    const bytes = key.includes('init')
      ? inits[kindOf(key)].subarray(range.start, range.end + 1)
      : segmentBytes(key, range);
    return Readable.from([bytes]);
  }
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'aircheck-bench-'));
  const { loadConfig } = await importBuilt<typeof Config>('config/index.js');
  const { dataSourceOptions } = await importBuilt<typeof Options>('persistence/data-source-options.js');
  const { openDataSource } = await importBuilt<typeof Open>('persistence/open-data-source.js');
  const { migrations } = await importBuilt<typeof Migrations>('migrations/index.js');
  const { indexEntities } = await importBuilt<typeof Entities>('modules/index/entities/index.js');
  const { PlaybackRangeService } = await importBuilt<typeof Ranges>('modules/index/playback-range.service.js');
  const { AnswerGates } = await importBuilt<typeof Gates>('modules/storage/answer-gates.js');
  const { StorageService } = await importBuilt<typeof Storages>('modules/storage/storage.service.js');
  const { ClipPlanner } = await importBuilt<typeof Planners>('modules/exports/clips/clip-planner.js');
  const { config } = loadConfig({ env: { DATABASE_URL: `sqlite://${join(folder, 'index.db')}` }, cwd: folder });
  const dataSource = await openDataSource(
    dataSourceOptions(config.database, { entities: [...indexEntities], migrations }),
  );
  try {
    const busyPerDay = SEGMENTS_PER_DAY;
    await generateRows(dataSource, { segments: DAYS * (busyPerDay + 1), streams: 2, busyPerDay, lastDay: LAST_DAY });
    for (const [kind, init] of Object.entries(inits)) {
      await dataSource.query(`UPDATE "tracks" SET "init_size_bytes" = ${String(init.length)} WHERE "kind" = '${kind}'`);
    }
    const stores = { local: new DayStore(), bucket: undefined, backup: undefined };
    const storage = new StorageService(stores, new AnswerGates());
    const planner = new ClipPlanner(new PlaybackRangeService(dataSource, config), storage);
    const selection = { fromMs: LAST_DAY.getTime(), toMs: LAST_DAY.getTime() + DAY_MS };
    const request = { stream: BUSY_STREAM, selection, format: values.format, gaps: 'keep' } as const;
    const delays = monitorEventLoopDelay({ resolution: 1 });
    for (const name of ['first', 'again']) {
      delays.reset();
      delays.enable();
      const turns = watchTurns();
      const begunMs = performance.now();
      const before = process.cpuUsage();
      const { sizeBytes, durationSeconds } = await planner.plan(request);
      const { user, system } = process.cpuUsage(before);
      delays.disable();
      const longestMs = turns.end();
      console.log(
        `${name}: ${values.format} of ${(durationSeconds / 3600).toFixed(1)} h, ${(sizeBytes / 1e9).toFixed(1)} GB,`,
        `planned in ${((performance.now() - begunMs) / 1000).toFixed(1)} s, ${((user + system) / 1e6).toFixed(1)} s of CPU;`,
        `the event loop is late by p50 ${ms(delays.percentile(50))}, p99 ${ms(delays.percentile(99))}, at most ${ms(delays.max)};`,
        `the longest turn took ${longestMs.toFixed(0)} ms of CPU`,
      );
    }
  } finally {
    await dataSource.destroy();
    rmSync(folder, { recursive: true });
  }
}

/** What a turn of the event loop takes of the main thread, whatever else the machine does meanwhile. */
function watchTurns(): { readonly end: () => number } {
  let longest = 0;
  let before = process.threadCpuUsage();
  const timer = setInterval(() => {
    const { user, system } = process.threadCpuUsage(before);
    longest = Math.max(longest, user + system);
    before = process.threadCpuUsage();
  }, 1);
  return {
    end: () => {
      clearInterval(timer);
      return longest / 1000;
    },
  };
}

const ms = (nanoseconds: number): string => `${(nanoseconds / 1e6).toFixed(0)} ms`;

await main();
