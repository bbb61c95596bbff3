import { createHash } from 'node:crypto';
import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { SegmentRow, TrackRow } from '../../src/modules/index/entities/index.js';
import { MemoryStorageDriver } from '../../src/modules/storage/drivers/memory.driver.js';
import { Job } from '../../src/modules/storage/entities/job.entity.js';
import { JobRunner } from '../../src/modules/storage/jobs/job-runner.js';
import { JobTable } from '../../src/modules/storage/jobs/job-table.js';
import { OutboxService } from '../../src/modules/storage/outbox.service.js';
import { parseObjectKey } from '../../src/modules/storage/ports/object-key.js';
import { Stores } from '../../src/modules/storage/ports/stores.js';
import { systemClock } from '../../src/shared/clock.js';
import { until } from '../support/wait.js';
import {
  DIRECTORY,
  record,
  recordedTrack,
  segmentBytes,
  segmentClosed,
  startIndex,
  type IndexFixture,
} from './support/index-fixture.js';
import { textIn } from './support/jobs-fixture.js';
import { TroubledBucket } from './support/troubled-bucket.js';

const FOREIGN = 'bytes of somebody else';

interface Uploads extends IndexFixture {
  readonly bucket: TroubledBucket;
  readonly backup: MemoryStorageDriver;
  /** Does the jobs from now on. */
  run(): Promise<void>;
  get(name: string): Promise<Response>;
  untilDone(): Promise<void>;
}

async function startUploads(): Promise<Uploads> {
  const stores = { bucket: new TroubledBucket(), backup: new MemoryStorageDriver() };
  const fixture = await startIndex({}, stores);
  const { app, dataSource } = fixture;
  const outbox = app.get(OutboxService);
  const table = new JobTable(dataSource, 'node-1', systemClock, () => outbox.listeners);
  const log = { log: () => undefined, warn: () => undefined, error: () => undefined };
  const settings = { uploadsSideBySide: 2, backupAfterMs: 20, graceMs: 1000, retry: { firstMs: 5, longestMs: 40 } };
  const runner = new JobRunner(table, app.get(Stores), settings, systemClock, log);
  outbox.onOrder(() => runner.wake());
  return {
    ...fixture,
    ...stores,
    run: () => runner.onApplicationBootstrap(),
    get: async (name) => fetch(`${await app.getUrl()}/api/record/object/${DIRECTORY}/${name}`),
    untilDone: () => until(async () => (await dataSource.manager.count(Job)) === 0, 'all jobs are done'),
    async [Symbol.asyncDispose]() {
      await runner.beforeApplicationShutdown();
      await fixture[Symbol.asyncDispose]();
    },
  };
}

/** A session of some segments, whose inits are in the bucket already. */
async function recordWithInits(uploads: Uploads, segments: readonly number[]): Promise<void> {
  await record(uploads, { segments });
  await uploads.dataSource.manager.delete(Job, { objectKey: `${DIRECTORY}/init.m4s` });
  await uploads.dataSource.manager.delete(Job, { objectKey: `${DIRECTORY}/audio_init.m4s` });
}

async function namesIn(store: MemoryStorageDriver): Promise<string[]> {
  const names: string[] = [];
  for await (const { key } of store.list(parseObjectKey(DIRECTORY))) names.push(key.slice(DIRECTORY.length + 1));
  return names.sort();
}

async function report({ app }: IndexFixture): Promise<Record<string, unknown>> {
  return (await (await fetch(`${await app.getUrl()}/api/v1/storage`)).json()) as Record<string, unknown>;
}

describe('a segment whose key somebody else has taken', () => {
  it('is stored under another, which rows and manifests name', async () => {
    await using uploads = await startUploads();
    await recordWithInits(uploads, [1, 2, 3]);
    const key = `${DIRECTORY}/seg_0002.m4s`;
    await uploads.bucket.put(parseObjectKey(key), Readable.from([Buffer.from(FOREIGN)]));

    await uploads.run();
    await uploads.untilDone();

    expect(await textIn(uploads.bucket, key)).toBe(FOREIGN);
    await until(async () => (await (await uploads.get('video.m3u8')).text()).includes('seg_0002_2.m4s'), 'it is told');
    const playlist = await (await uploads.get('video.m3u8')).text();
    expect(playlist.match(/^seg_.*$/gm)).toEqual(['seg_0001.m4s', 'seg_0002_2.m4s', 'seg_0003.m4s']);
    expect(await (await uploads.get('manifest.mpd')).text()).toContain('media="seg_$Number%04d$_2.m4s"');
    // Who loaded the manifest before still asks for the first name.
    for (const name of ['seg_0002_2.m4s', 'seg_0002.m4s']) {
      const response = await uploads.get(name);
      expect([response.status, await response.text()]).toEqual([200, segmentBytes(key).toString()]);
    }
    expect(await textIn(uploads.bucket, `${DIRECTORY}/seg_0002_2.m4s`)).toBe(segmentBytes(key).toString());
    expect(await uploads.dataSource.manager.countBy(SegmentRow, { state: 'stored' })).toBe(3);
  });

  it('is the same segment when it is told of once more, as after a crash', async () => {
    await using uploads = await startUploads();
    await recordWithInits(uploads, [1]);
    await uploads.bucket.put(parseObjectKey(`${DIRECTORY}/seg_0001.m4s`), Readable.from([Buffer.from(FOREIGN)]));
    await uploads.run();
    await uploads.untilDone();

    await expect(uploads.index.commitSegment(segmentClosed(1, { startMs: 0 }))).resolves.toBeUndefined();
  });

  it('is no other when it is an init, for the session that made it', async () => {
    await using uploads = await startUploads();
    await record(uploads, { segments: [] });
    await uploads.dataSource.manager.query('DELETE FROM "jobs"');
    const track = recordedTrack('v2');
    const renamed = `${DIRECTORY}/init_0002_2.m4s`;

    await uploads.index.commitTrack('s1', track);
    await uploads.dataSource.manager.query('DELETE FROM "jobs"');
    await uploads.dataSource.transaction(async (manager) => {
      for (const listener of uploads.app.get(OutboxService).listeners) {
        await listener.renamed?.(manager, parseObjectKey(track.initObjectKey), parseObjectKey(renamed));
      }
    });

    await expect(uploads.index.commitTrack('s1', track)).resolves.toBeUndefined();
    await uploads.index.commitTrack('s1', { ...track, trackId: 'v3' });
    expect((await uploads.dataSource.manager.find(Job)).map(({ objectKey }) => objectKey)).toContain(renamed);
  });
});

describe('a segment whose file is damaged before it is uploaded', () => {
  it('is lost, with its time, and counted', async () => {
    await using uploads = await startUploads();
    await recordWithInits(uploads, [1, 2, 3]);
    await truncate(join(uploads.root, DIRECTORY, 'seg_0002.m4s'), 5);

    await uploads.run();
    await uploads.untilDone();

    const response = await uploads.get('seg_0002.m4s');
    expect(response.status).toBe(410);
    expect(await response.json()).toMatchObject({
      code: 'object-lost',
      from: '2026-11-20T12:00:06.000Z',
      to: '2026-11-20T12:00:12.000Z',
    });
    await until(async () => !(await (await uploads.get('video.m3u8')).text()).includes('seg_0002'), 'it is told');
    const lostBytes = segmentBytes(`${DIRECTORY}/seg_0002.m4s`).length;
    const { places, usedBytes } = await report(uploads);
    expect(places).toEqual({
      local: { segments: 0, bytes: 0 },
      bucket: { segments: 2, bytes: Number(usedBytes) - lostBytes },
      backup: { objects: 0, bytes: 0 },
      lost: { segments: 1, bytes: lostBytes },
    });
  });
});

describe('the backup storage', () => {
  it('gets all that its media is played with, and gives it up when the bucket is back', async () => {
    await using uploads = await startUploads();
    await record(uploads, { segments: [1] });
    for (const name of ['init.m4s', 'audio_init.m4s']) await placeInit(uploads, name);
    await uploads.manifests.publish(DIRECTORY);
    await uploads.run();
    await uploads.untilDone();

    uploads.bucket.isAway = true;
    await commitMore(uploads);
    const backup = ['audio_init.m4s', 'audio_seg_0002.m4s', 'audio.m3u8', 'index.m3u8', 'init.m4s', 'manifest.mpd'];
    const all = [...backup, 'seg_0002.m4s', 'session_s1.json', 'video.m3u8'].sort();
    await until(async () => (await namesIn(uploads.backup)).join() === all.join(), 'the backup has it all');
    expect(await report(uploads)).toMatchObject({
      places: { local: { segments: 1 }, bucket: { segments: 1 }, backup: { objects: 4 } },
    });

    uploads.bucket.isAway = false;
    await uploads.untilDone();

    expect(await namesIn(uploads.backup)).toEqual([]);
    expect(await namesIn(uploads.bucket)).toEqual([...all, 'audio_seg_0001.m4s', 'seg_0001.m4s'].sort());
    expect(await uploads.dataSource.manager.countBy(SegmentRow, { state: 'stored' })).toBe(2);
  });
});

/** Inits in the spool as their rows promise them. */
async function placeInit(uploads: Uploads, name: string): Promise<void> {
  const objectKey = parseObjectKey(`${DIRECTORY}/${name}`);
  const bytes = segmentBytes(name);
  const [sizeBytes, sha256] = [bytes.length, createHash('sha256').update(bytes).digest('hex')];
  await uploads.storage.put(objectKey, bytes);
  const promise = { initSizeBytes: sizeBytes, initSha256: sha256 };
  await uploads.dataSource.manager.update(TrackRow, { initObjectKey: objectKey }, promise);
  await uploads.dataSource.manager.update(Job, { objectKey }, { sizeBytes, sha256 });
}

async function commitMore({ index, storage, manifests }: Uploads): Promise<void> {
  const segment = segmentClosed(2, { startMs: 6000 });
  for (const { objectKey } of segment.objects) await storage.put(parseObjectKey(objectKey), segmentBytes(objectKey));
  await index.commitSegment(segment);
  await manifests.publish(DIRECTORY);
}
