import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Type } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { loadConfig, type AppConfig } from '../../../src/config/index.js';
import type { RecordedObject, RecordedTrack, SegmentClosed } from '../../../src/engine/index.js';
import { migrations } from '../../../src/migrations/index.js';
import { AuthGuard, OPEN_CONTROLLERS } from '../../../src/modules/auth/auth.guard.js';
import { AuthModule } from '../../../src/modules/auth/auth.module.js';
import { IndexModule } from '../../../src/modules/index/index.module.js';
import { IndexService, type OpenSessionInput } from '../../../src/modules/index/index.service.js';
import { DirectoryService } from '../../../src/modules/index/directory.service.js';
import { ManifestService } from '../../../src/modules/index/manifest.service.js';
import { RecordedSessionsService } from '../../../src/modules/index/recorded-sessions.service.js';
import { JobRunner } from '../../../src/modules/storage/jobs/job-runner.js';
import { parseObjectKey } from '../../../src/modules/storage/ports/object-key.js';
import { createLocalStorage } from '../../../src/modules/storage/drivers/index.js';
import { Stores } from '../../../src/modules/storage/ports/stores.js';
import { StorageService } from '../../../src/modules/storage/storage.service.js';
import { dataSourceOptions } from '../../../src/persistence/data-source-options.js';
import { MetricsController } from '../../../src/platform/metrics/metrics.controller.js';
import { openDataSource } from '../../../src/persistence/open-data-source.js';
import { AppConfigModule } from '../../../src/platform/app-config.module.js';
import { inputPipe } from '../../../src/platform/body/input-pipe.js';
import { MetricsModule } from '../../../src/platform/metrics/metrics.module.js';
import { ProblemFilter } from '../../../src/platform/problem/problem.filter.js';
import { makeDatabase } from '../../support/databases.js';

const VIDEO_TIMESCALE = 90_000;
const AUDIO_TIMESCALE = 48_000;

export const START = new Date('2026-11-20T12:00:00.000Z');
export const DIRECTORY = 'cam/2026/11/20';

/** The index over a database and a folder of its own, with its controllers. */
export interface IndexFixture extends AsyncDisposable {
  readonly app: NestExpressApplication;
  readonly dataSource: DataSource;
  readonly index: IndexService;
  readonly sessions: RecordedSessionsService;
  readonly directories: DirectoryService;
  readonly manifests: ManifestService;
  readonly storage: StorageService;
  readonly root: string;
}

export type Buckets = Partial<Pick<Stores, 'bucket' | 'backup'>>;

/**
 * Jobs stay as rows: nothing does them.
 *
 * @param buckets behind the folder, which is the spool then
 * @param modules beside the index
 * @param shared a database that another one has too
 */
export async function startIndex(
  environment: Readonly<Record<string, string>> = {},
  buckets: Buckets = {},
  modules: readonly Type[] = [],
  shared?: AppConfig['database'],
): Promise<IndexFixture> {
  const folder = await mkdtemp(join(tmpdir(), 'aircheck-index-'));
  const root = join(folder, 'recordings');
  const env = { AIRCHECK_RECORDER_STORAGE_ROOT: root, AIRCHECK_RECORDER_NODE_ALIAS: 'node-1', ...environment };
  const { config } = loadConfig({ env, cwd: folder });
  const database = shared ?? (await makeDatabase(folder));
  const module = await Test.createTestingModule({
    imports: [
      AppConfigModule.of(config, new URL('file:///no/worker.js'), { version: '0', gitHash: '', buildTime: '' }),
      MetricsModule,
      TypeOrmModule.forRootAsync({
        useFactory: () => ({ ...dataSourceOptions(database, { entities: [], migrations }), autoLoadEntities: true }),
        dataSourceFactory: openWithEntities,
      }),
      AuthModule,
      IndexModule,
      ...modules,
    ],
    providers: [
      { provide: OPEN_CONTROLLERS, useValue: [MetricsController] },
      { provide: APP_GUARD, useClass: AuthGuard },
    ],
  })
    .overrideProvider(Stores)
    .useValue({ bucket: undefined, backup: undefined, ...buckets, local: createLocalStorage({ root }) })
    .overrideProvider(JobRunner)
    .useValue({})
    .compile();
  const app = module.createNestApplication<NestExpressApplication>();
  app.useGlobalPipes(inputPipe());
  app.useGlobalFilters(new ProblemFilter());
  await app.listen(0, '127.0.0.1');
  return {
    app,
    dataSource: app.get(DataSource),
    index: app.get(IndexService),
    sessions: app.get(RecordedSessionsService),
    directories: app.get(DirectoryService),
    manifests: app.get(ManifestService),
    storage: app.get(StorageService),
    root,
    async [Symbol.asyncDispose]() {
      await app.close();
      await rm(folder, { recursive: true });
    },
  };
}

function openWithEntities(options: DataSourceOptions | undefined): Promise<DataSource> {
  if (options === undefined) throw new RangeError('no data source options');
  return openDataSource(options);
}

export function sessionInput(changes: Partial<OpenSessionInput> = {}): OpenSessionInput {
  return {
    id: 's1',
    stream: 'cam',
    nodeAlias: 'node-1',
    trigger: 'auto',
    directory: DIRECTORY,
    baseDir: undefined,
    startedAt: START,
    ...changes,
  };
}

export function recordedTrack(trackId: 'v1' | 'a1' | 'v2', changes: Partial<RecordedTrack> = {}): RecordedTrack {
  const isVideo = trackId.startsWith('v');
  const directory = changes.directory ?? DIRECTORY;
  return {
    trackId,
    kind: isVideo ? 'video' : 'audio',
    codecName: isVideo ? 'H264' : 'opus',
    codecString: isVideo ? 'avc1.42E01F' : 'opus',
    timescale: isVideo ? VIDEO_TIMESCALE : AUDIO_TIMESCALE,
    directory,
    initObjectKey: `${directory}/${isVideo ? (trackId === 'v1' ? 'init.m4s' : 'init_0002.m4s') : 'audio_init.m4s'}`,
    initSizeBytes: 700,
    initSha256: sha256(trackId),
    width: isVideo ? 1280 : undefined,
    height: isVideo ? 720 : undefined,
    sampleRate: isVideo ? undefined : 48_000,
    channels: isVideo ? undefined : 2,
    ...changes,
  };
}

export interface Cut {
  readonly startMs: number;
  readonly durationMs?: number;
  readonly sessionId?: string;
  readonly directory?: string;
  readonly period?: number;
  readonly trackIds?: readonly string[];
}

export function segmentClosed(number: number, cut: Cut): SegmentClosed {
  const { startMs, durationMs = 6000, sessionId = 's1', directory = DIRECTORY, period = 0 } = cut;
  const objects = (cut.trackIds ?? ['v1', 'a1']).map((trackId): RecordedObject => {
    const isVideo = trackId.startsWith('v');
    const timescale = isVideo ? VIDEO_TIMESCALE : AUDIO_TIMESCALE;
    const name = `${isVideo ? '' : 'audio_'}seg_${String(number).padStart(4, '0')}.m4s`;
    return {
      trackId,
      kind: isVideo ? 'video' : 'audio',
      objectKey: `${directory}/${name}`,
      sizeBytes: segmentBytes(`${directory}/${name}`).length,
      sha256: sha256(segmentBytes(`${directory}/${name}`)),
      startTicks: (startMs * timescale) / 1000,
      durationTicks: (durationMs * timescale) / 1000,
      timescale,
      samples: 180,
      independent: true,
    };
  });
  return { recordingSessionId: sessionId, directory, number, period, objects };
}

/** What lies under a segment's key in these tests. */
export function segmentBytes(key: string): Buffer {
  return Buffer.from(`media of ${key} 0123456789`);
}

/** A session with its tracks, and segments of six seconds each with their bytes on disk. */
export async function record(
  { index, storage }: IndexFixture,
  { segments, ...input }: Partial<OpenSessionInput> & { readonly segments: readonly number[] },
): Promise<void> {
  const session = sessionInput(input);
  const { id: sessionId, directory } = session;
  await index.openSession(session);
  await index.anchorSession(sessionId, session.startedAt.getTime());
  await index.commitTrack(sessionId, recordedTrack('v1', { directory }));
  await index.commitTrack(sessionId, recordedTrack('a1', { directory }));
  for (const [position, number] of segments.entries()) {
    const segment = segmentClosed(number, { startMs: position * 6000, sessionId, directory });
    for (const { objectKey } of segment.objects) await storage.put(parseObjectKey(objectKey), segmentBytes(objectKey));
    await index.commitSegment(segment);
  }
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
