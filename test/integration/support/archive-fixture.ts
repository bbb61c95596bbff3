import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { loadConfig } from '../../../src/config/index.js';
import type { RecordedObject } from '../../../src/engine/index.js';
import { findCodec, isRecordable } from '../../../src/media/codecs/index.js';
import type { MediaKind } from '../../../src/media/codecs/codec.js';
import { cmaf, encodeRepeated } from '../../../src/media/containers/index.js';
import { migrations } from '../../../src/migrations/index.js';
import type { Archive } from '../../../src/modules/index/archive/archive.js';
import { indexEntities } from '../../../src/modules/index/entities/index.js';
import { DirectoryService } from '../../../src/modules/index/directory.service.js';
import { IndexService } from '../../../src/modules/index/index.service.js';
import { RecordedSessionsService } from '../../../src/modules/index/recorded-sessions.service.js';
import { knownObjectsOf } from '../../../src/modules/index/archive/known-objects.js';
import { ManifestService } from '../../../src/modules/index/manifest.service.js';
import { SegmentUploads } from '../../../src/modules/index/object-state/segment-uploads.js';
import { AnswerGates } from '../../../src/modules/storage/answer-gates.js';
import { createLocalStorage, MemoryStorageDriver } from '../../../src/modules/storage/drivers/index.js';
import { Job } from '../../../src/modules/storage/entities/job.entity.js';
import { storageEntities } from '../../../src/modules/storage/entities/index.js';
import { JobRunner } from '../../../src/modules/storage/jobs/job-runner.js';
import { JobTable } from '../../../src/modules/storage/jobs/job-table.js';
import { OutboxService } from '../../../src/modules/storage/outbox.service.js';
import type { MarkableStore, StorePlace } from '../../../src/modules/storage/ownership/markable-stores.js';
import { OwnershipService } from '../../../src/modules/storage/ownership.service.js';
import { parseObjectKey } from '../../../src/modules/storage/ports/object-key.js';
import type { StorageDriver } from '../../../src/modules/storage/ports/storage-driver.js';
import type { Stores } from '../../../src/modules/storage/ports/stores.js';
import { StorageService } from '../../../src/modules/storage/storage.service.js';
import { dataSourceOptions } from '../../../src/persistence/data-source-options.js';
import { openDataSource } from '../../../src/persistence/open-data-source.js';
import { systemClock } from '../../../src/shared/clock.js';
import { makeDatabase } from '../../support/databases.js';
import { until } from '../../support/wait.js';

export const START = new Date('2026-11-20T12:00:00.000Z');
export const DIRECTORY = 'cam/2026/11/20';
const SEGMENT_MS = 6000;
const JOB_SETTINGS = {
  uploadsSideBySide: 2,
  backupAfterMs: 60_000,
  graceMs: 1000,
  retry: { firstMs: 5, longestMs: 40 },
};
const TIMESCALES = { video: 90_000, audio: 48_000 } as const;

/** Rows and objects as a recorder leaves them, with real media, and what works on them. */
export class ArchiveFixture implements AsyncDisposable {
  readonly index: IndexService;
  readonly sessions: RecordedSessionsService;
  readonly directories: DirectoryService;
  readonly manifests: ManifestService;

  private constructor(
    readonly folder: string,
    readonly root: string,
    readonly archive: Archive,
    private readonly given: Stores,
    config: ReturnType<typeof loadConfig>['config'],
  ) {
    const { dataSource, stores, outbox } = archive;
    const storage = new StorageService(stores, new AnswerGates());
    this.index = new IndexService(dataSource, outbox, config);
    this.sessions = new RecordedSessionsService(dataSource, config);
    this.directories = new DirectoryService(dataSource, storage);
    this.manifests = new ManifestService(dataSource, storage, outbox, config);
  }

  /** @param keptIn a bucket of its own, or one that is given */
  static async make(
    keptIn: 'folder' | 'bucket' | StorageDriver = 'folder',
    backup?: StorageDriver,
  ): Promise<ArchiveFixture> {
    const folder = await mkdtemp(join(tmpdir(), 'aircheck-archive-'));
    const root = join(folder, 'recordings');
    const env = { AIRCHECK_RECORDER_STORAGE_ROOT: root, AIRCHECK_RECORDER_NODE_ALIAS: 'node-1' };
    const { config } = loadConfig({ env, cwd: folder });
    const bucket = keptIn === 'bucket' ? new MemoryStorageDriver() : keptIn;
    const stores: Stores = {
      local: createLocalStorage({ root }),
      bucket: bucket === 'folder' ? undefined : bucket,
      backup,
    };
    const archive = await ArchiveFixture.open(folder, stores, config);
    return new ArchiveFixture(folder, root, archive, stores, config);
  }

  /** The same storage over a database that is empty. */
  async withoutRows(): Promise<ArchiveFixture> {
    const folder = await mkdtemp(join(tmpdir(), 'aircheck-archive-'));
    const { config } = loadConfig({ env: { AIRCHECK_RECORDER_STORAGE_ROOT: this.root }, cwd: folder });
    const archive = await ArchiveFixture.open(folder, this.given, config);
    return new ArchiveFixture(folder, this.root, archive, this.given, config);
  }

  private static async open(
    folder: string,
    given: Stores,
    config: ReturnType<typeof loadConfig>['config'],
  ): Promise<Archive> {
    const entities = [...indexEntities, ...storageEntities];
    const dataSource = await openDataSource(dataSourceOptions(await makeDatabase(folder), { entities, migrations }));
    const ownership = new OwnershipService(dataSource, given, markable(given));
    ownership.askForObjects(knownObjectsOf(dataSource, config.recorder.node_alias));
    const { stores } = ownership;
    const outbox = new OutboxService(dataSource, stores, config);
    return { dataSource, stores, ownership, outbox, timeZone: 'UTC', segmentDurationMs: SEGMENT_MS };
  }

  get rows(): DataSource['manager'] {
    return this.archive.dataSource.manager;
  }

  path(name: string, directory = DIRECTORY): string {
    return join(this.root, directory, name);
  }

  /** A session with its tracks, and segments of six seconds each. */
  async record(
    segments: readonly number[],
    { id = 's1', stream = 'cam', directory = DIRECTORY, startedAt = START, isCompleted = true } = {},
  ): Promise<void> {
    const { index } = this;
    const session = {
      id,
      stream,
      directory,
      startedAt,
      nodeAlias: 'node-1',
      trigger: 'auto',
      baseDir: undefined,
    } as const;
    await index.openSession(session);
    await index.anchorSession(id, startedAt.getTime());
    for (const kind of ['video', 'audio'] as const) {
      await this.put(`${directory}/${cmaf.initName(kind, 1)}`, initBytes(kind));
      await index.commitTrack(id, recordedTrack(kind, directory));
    }
    for (const [position, number] of segments.entries()) {
      await this.writeSegment(number, position * SEGMENT_MS, directory);
      const objects = (['video', 'audio'] as const).map((kind) =>
        recordedObject(kind, number, position * SEGMENT_MS, directory),
      );
      await index.commitSegment({ recordingSessionId: id, directory, number, period: 0, objects });
    }
    await index.countReception(id, [
      { kind: 'video', packetsReceived: 900, packetsRepaired: 3, packetsLost: 1, framesDropped: 2 },
    ]);
    await index.setSessionState(id, { state: 'recording' });
    if (isCompleted) await this.complete(id, startedAt, segments.length * SEGMENT_MS);
    await this.manifests.publish(directory);
    if (isCompleted) await index.sessionPublished(id);
  }

  /** The files of a segment without a row. */
  async writeSegment(number: number, startMs: number, directory = DIRECTORY): Promise<void> {
    for (const kind of ['video', 'audio'] as const) {
      await this.put(`${directory}/${cmaf.segmentName(kind, number)}`, segmentBytes(kind, startMs));
    }
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    await this.archive.stores.local.put(parseObjectKey(key), body(bytes));
  }

  /** Everything is in the bucket, and the rows say so. */
  async upload(): Promise<void> {
    const { local, bucket } = this.archive.stores;
    if (bucket === undefined) throw new RangeError('There is no bucket.');
    for await (const { key } of local.walk()) await bucket.put(key, await local.get(key));
    await this.rows.query(`UPDATE "segments" SET "state" = 'stored'`);
    await this.rows.clear(Job);
  }

  /** Does what a server does with what was ordered. */
  async doJobs(): Promise<void> {
    const { dataSource, outbox, stores } = this.archive;
    const uploads = new SegmentUploads(outbox, this.manifests);
    const table = new JobTable(dataSource, 'node-1', systemClock, () => [uploads]);
    const log = { log: () => undefined, warn: () => undefined, error: () => undefined };
    const runner = new JobRunner(table, stores, JOB_SETTINGS, systemClock, log);
    outbox.onOrder(() => runner.wake());
    const untilDone = () => until(async () => (await this.rows.count(Job)) === 0, 'all jobs are done');
    await runner.onApplicationBootstrap();
    await untilDone();
    await this.manifests.publish(DIRECTORY);
    await untilDone();
    await runner.beforeApplicationShutdown();
  }

  private async complete(id: string, startedAt: Date, lengthMs: number): Promise<void> {
    await this.index.commitGap(id, { kind: 'video', startMs: 3000, durationMs: 100, cause: 'loss' });
    const endedAt = new Date(startedAt.getTime() + lengthMs);
    await this.index.setSessionState(id, { state: 'completed', reason: 'requested', endedAt, unrecorded: [] });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.archive.dataSource.destroy();
    await rm(this.folder, { recursive: true });
  }
}

export function initBytes(kind: MediaKind): Uint8Array {
  const codec = findCodec(kind === 'video' ? 'H264' : 'opus', kind);
  if (codec === undefined || !isRecordable(codec)) throw new RangeError('No such codec.');
  const parameters =
    kind === 'video'
      ? {
          codecString: 'avc1.42E01F',
          configuration: Uint8Array.of(1, 0x42, 0xe0, 0x1f, 0xff, 0xe0, 0),
          width: 640,
          height: 360,
          reorderDepth: 0,
        }
      : {
          codecString: 'opus',
          configuration: Uint8Array.of(0, 2, 0, 0, 0, 0, 0xbb, 0x80, 0, 0, 0),
          sampleRate: 48_000,
          channels: 2,
          reorderDepth: 0,
        };
  return cmaf.encodeInit({ codec, parameters, timescale: TIMESCALES[kind] });
}

/** Six fragments of a second. */
export function segmentBytes(kind: MediaKind, startMs: number): Uint8Array {
  const second = TIMESCALES[kind];
  const fragments = Array.from({ length: 6 }, (_, index) => {
    const startTicks = (startMs / 1000 + index) * second;
    const bytes = Buffer.alloc(40, startMs + index);
    const file = encodeRepeated(cmaf, { kind, bytes, count: 25, startTicks, durationTicks: second });
    return index === 0 ? file : file.subarray(cmaf.segmentType.length);
  });
  return Buffer.concat(fragments);
}

/** As the configuration would say it: recordings are kept in the folder or in the bucket. */
function markable({ local, bucket, backup }: Stores): ReadonlyMap<StorePlace, MarkableStore> {
  const stores = { folder: bucket === undefined ? local : undefined, bucket, backup };
  const found = new Map<StorePlace, MarkableStore>();
  for (const place of ['folder', 'bucket', 'backup'] as const) {
    const store = stores[place];
    if (store !== undefined) found.set(place, { store, locationSha256: sha256(Buffer.from(place)) });
  }
  return found;
}

function recordedTrack(kind: MediaKind, directory: string): Parameters<IndexService['commitTrack']>[1] {
  const bytes = initBytes(kind);
  const description = cmaf.readInit(bytes);
  if (description === undefined) throw new RangeError('An init object cannot be read.');
  const { codec, ...facts } = description;
  return {
    ...facts,
    codecName: codec.name,
    trackId: `${kind}-1`,
    kind,
    directory,
    initObjectKey: `${directory}/${cmaf.initName(kind, 1)}`,
    initSizeBytes: bytes.length,
    initSha256: sha256(bytes),
    width: facts.width,
    height: facts.height,
    sampleRate: facts.sampleRate,
    channels: facts.channels,
  };
}

function recordedObject(kind: MediaKind, number: number, startMs: number, directory: string): RecordedObject {
  const bytes = segmentBytes(kind, startMs);
  const timescale = TIMESCALES[kind];
  return {
    trackId: `${kind}-1`,
    kind,
    objectKey: `${directory}/${cmaf.segmentName(kind, number)}`,
    sizeBytes: bytes.length,
    sha256: sha256(bytes),
    startTicks: (startMs / 1000) * timescale,
    durationTicks: (SEGMENT_MS / 1000) * timescale,
    timescale,
    samples: 150,
    independent: true,
  };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

// eslint-disable-next-line @typescript-eslint/require-await -- drivers take bodies as they come, this one is all here
async function* body(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
