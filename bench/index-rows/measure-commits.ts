// How much of a core the commits of so many segments a second take, beside the generated rows.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import type * as Config from '../../src/config/index.js';
import type { SegmentClosed } from '../../src/engine/index.js';
import type * as Indexes from '../../src/modules/index/index.service.js';
import type * as Outboxes from '../../src/modules/storage/outbox.service.js';
import type * as StorageModules from '../../src/modules/storage/storage.module.js';
import { importBuilt } from './import-built.ts';

const TICK_MS = 20;

export interface CommitFigures {
  readonly perSecond: number;
  /** Of this process: the statements and what the driver does; a PostgreSQL server has its own. */
  readonly corePercent: number;
  readonly p99Ms: number;
}

/** A thousand sessions that record at once; a tick's segments come together, as those of a second do on a busy server. */
export async function measureCommits(
  dataSource: DataSource,
  { perSecond, seconds }: { readonly perSecond: number; readonly seconds: number },
): Promise<CommitFigures> {
  const { loadConfig } = await importBuilt<typeof Config>('config/index.js');
  const { IndexService } = await importBuilt<typeof Indexes>('modules/index/index.service.js');
  const { OutboxService } = await importBuilt<typeof Outboxes>('modules/storage/outbox.service.js');
  const { openStores } = await importBuilt<typeof StorageModules>('modules/storage/storage.module.js');
  const folder = mkdtempSync(join(tmpdir(), 'aircheck-bench-'));
  const { config } = loadConfig({ env: { AIRCHECK_RECORDER_STORAGE_ROOT: folder }, cwd: folder });
  const stores = await openStores(config.recorder);
  const outbox = new OutboxService(dataSource, stores, config);
  const index = new IndexService(dataSource, outbox, config);
  const ids = Array.from({ length: 1000 }, (_, number) => `bench-${String(Date.now())}-${String(number)}`);
  for (const id of ids) {
    const where = { directory: `${id}/2026`, baseDir: undefined, startedAt: new Date() };
    await index.openSession({ id, stream: id, nodeAlias: 'bench', trigger: 'auto', ...where });
  }
  for (const id of ids) await index.commitSegment(segmentOf(id, 1));
  const times: number[] = [];
  const commit = async (number: number): Promise<void> => {
    const id = ids[number % ids.length] ?? '';
    const begunMs = performance.now();
    await index.commitSegment(segmentOf(id, 2 + Math.floor(number / ids.length)));
    times.push(performance.now() - begunMs);
  };
  const before = process.cpuUsage();
  const begunMs = performance.now();
  const commits: Promise<void>[] = [];
  while (commits.length < perSecond * seconds) {
    const dueCount = Math.min(perSecond * seconds, ((performance.now() - begunMs) / 1000) * perSecond);
    while (commits.length < dueCount) commits.push(commit(commits.length));
    await new Promise((done) => setTimeout(done, TICK_MS));
  }
  await Promise.all(commits);
  const tookMs = performance.now() - begunMs;
  const { user, system } = process.cpuUsage(before);
  rmSync(folder, { recursive: true });
  times.sort((one, other) => one - other);
  return {
    perSecond: (commits.length / tookMs) * 1000,
    corePercent: (user + system) / 10 / tookMs,
    p99Ms: times[Math.floor(times.length * 0.99)] ?? NaN,
  };
}

function segmentOf(id: string, number: number): SegmentClosed {
  const directory = `${id}/2026`;
  const objects = (['video', 'audio'] as const).map((kind) => ({
    trackId: kind === 'video' ? 'v1' : 'a1',
    kind,
    objectKey: `${directory}/${kind === 'video' ? '' : 'audio_'}seg_${String(number).padStart(4, '0')}.m4s`,
    sizeBytes: 900_000,
    sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    startTicks: (number - 1) * 288_000,
    durationTicks: 288_000,
    timescale: 48_000,
    samples: 180,
    independent: true,
  }));
  return { recordingSessionId: id, directory, number, period: 0, objects };
}
