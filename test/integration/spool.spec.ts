import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { Like, Not } from 'typeorm';
import { SegmentRow } from '../../src/modules/index/entities/index.js';
import { SpoolKeeperService } from '../../src/modules/index/spool/spool-keeper.service.js';
import { findPlaces } from '../../src/modules/index/storage-report/find-places.js';
import { MemoryStorageDriver } from '../../src/modules/storage/drivers/memory.driver.js';
import { Job } from '../../src/modules/storage/entities/job.entity.js';
import { JobRunner } from '../../src/modules/storage/jobs/job-runner.js';
import { JobTable } from '../../src/modules/storage/jobs/job-table.js';
import { OutboxService } from '../../src/modules/storage/outbox.service.js';
import { parseObjectKey } from '../../src/modules/storage/ports/object-key.js';
import { Stores } from '../../src/modules/storage/ports/stores.js';
import { StorageUnavailableError } from '../../src/modules/storage/storage.errors.js';
import { inTransaction } from '../../src/persistence/transaction.js';
import { systemClock } from '../../src/shared/clock.js';
import { until } from '../support/wait.js';
import { DIRECTORY, record, segmentBytes, startIndex, type IndexFixture } from './support/index-fixture.js';
import { overBothDatabases } from '../support/databases.js';

overBothDatabases(() => {
  const HOUR_MS = 3_600_000;
  /** No disk has so much. */
  const MUCH = String(Number.MAX_SAFE_INTEGER);

  it('holds a segment for stored when the last of its objects is', async () => {
    await using fixture = await startSpool();
    await record(fixture, { segments: [1] });

    await finishUpload(fixture, 'seg_0001.m4s');
    expect((await rowOf(fixture, 1)).state).toBe('uploading');
    await finishUpload(fixture, 'audio_seg_0001.m4s');

    expect((await rowOf(fixture, 1)).state).toBe('stored');
  });

  it('shows a gap where a file was lost, with what is beside it, and what came back', async () => {
    await using fixture = await startSpool();
    await record(fixture, { segments: [1, 2, 3] });

    await tell(fixture, 'lost', 'seg_0002.m4s');
    expect(await rowOf(fixture, 2)).toMatchObject({ state: 'uploading', lostTracks: ['v1'] });
    await finishUpload(fixture, 'audio_seg_0002.m4s');
    expect(await rowOf(fixture, 2)).toMatchObject({ state: 'stored', lostTracks: ['v1'] });
    await fixture.manifests.publish(DIRECTORY);
    expect(await playlist(fixture)).not.toContain('\nseg_0002.m4s');
    expect(await playlist(fixture, 'audio.m3u8')).toContain('\naudio_seg_0002.m4s');

    await finishUpload(fixture, 'seg_0002.m4s');
    expect(await rowOf(fixture, 2)).toMatchObject({ state: 'stored', lostTracks: null });
    await fixture.manifests.publish(DIRECTORY);
    expect(await playlist(fixture)).toContain('\nseg_0002.m4s');
  });

  it('holds a segment for lost when the last of its files is', async () => {
    await using fixture = await startSpool();
    await record(fixture, { segments: [1] });

    for (const name of ['seg_0001.m4s', 'audio_seg_0001.m4s']) await tell(fixture, 'lost', name);
    expect(await rowOf(fixture, 1)).toMatchObject({ state: 'lost', lostTracks: null });

    await finishUpload(fixture, 'audio_seg_0001.m4s');
    expect(await rowOf(fixture, 1)).toMatchObject({ state: 'stored', lostTracks: ['v1'] });
  });

  it('shows nothing of a track while its init object is lost', async () => {
    await using fixture = await startSpool();
    fixture.manifests.setLive(DIRECTORY, true);
    await record(fixture, { segments: [1] });
    const shown = async () => /\nseg_0001.m4s/.test(await playlist(fixture));
    await fixture.manifests.publish(DIRECTORY);
    expect(await shown()).toBe(true);

    await tell(fixture, 'lost', 'init.m4s');
    await fixture.manifests.publish(DIRECTORY);
    expect(await shown()).toBe(false);
    expect(await playlist(fixture, 'audio.m3u8')).toContain('\naudio_seg_0001.m4s');

    await finishUpload(fixture, 'init.m4s');
    await fixture.manifests.publish(DIRECTORY);
    expect(await shown()).toBe(true);
  });

  it('releases no file of an object that the bucket does not have', async () => {
    await using fixture = await startSpool({ AIRCHECK_RECORDER_SPOOL_KEEP_HOURS: '0' });
    await record(fixture, { segments: [1] });
    await change(fixture, [1], { state: 'stored', lostTracks: ['v1'], createdAt: new Date(Date.now() - HOUR_MS) });

    await fixture.app.get(SpoolKeeperService).run();

    expect(await released(fixture)).toEqual(['audio_seg_0001.m4s']);
  });

  it('keeps files for so many hours, and what is not stored for ever', async () => {
    await using fixture = await startSpool({ AIRCHECK_RECORDER_SPOOL_KEEP_HOURS: '2' });
    await record(fixture, { segments: [1, 2, 3] });
    await change(fixture, [1, 2], { state: 'stored' });
    await change(fixture, [1, 3], { createdAt: new Date(Date.now() - 3 * HOUR_MS) });

    await fixture.app.get(SpoolKeeperService).run();

    expect(await released(fixture)).toEqual(['audio_seg_0001.m4s', 'seg_0001.m4s']);
    const { manager } = fixture.dataSource;
    await expect(manager.findOneBy(SegmentRow, { number: 1 })).resolves.toMatchObject({
      releasedAt: expect.any(Date) as Date,
    });
    await expect(manager.countBy(SegmentRow, { state: Not('stored') })).resolves.toBe(1);
  });

  it('takes a segment back that the bucket has lost when its files are to go, and has it uploaded again', async () => {
    const bucket = new MemoryStorageDriver();
    await using fixture = await startIndex({ AIRCHECK_RECORDER_SPOOL_KEEP_HOURS: '0' }, { bucket });
    const { manager } = fixture.dataSource;
    await record(fixture, { segments: [1, 2] });
    for (const name of ['audio_seg_0001.m4s', 'seg_0002.m4s', 'audio_seg_0002.m4s']) {
      const key = parseObjectKey(`${DIRECTORY}/${name}`);
      await bucket.put(key, Readable.from([segmentBytes(key)]));
    }
    await manager.delete(Job, { kind: 'upload' });
    await change(fixture, [1, 2], { state: 'stored', createdAt: new Date(Date.now() - HOUR_MS) });
    await fixture.app.get(SpoolKeeperService).run();
    const init = { key: parseObjectKey(`${DIRECTORY}/init.m4s`), sizeBytes: 5, sha256: digest('video') };
    await fixture.storage.put(init.key, Buffer.from('video'));
    await inTransaction(fixture.dataSource, (own) => fixture.app.get(OutboxService).release(own, [init]));
    expect(await released(fixture)).toHaveLength(5);
    const order = jest.spyOn(bucket, 'put').mockRejectedValue(new StorageUnavailableError('failed', 'not now.'));

    const runner = jobRunner(fixture);
    await runner.onApplicationBootstrap();
    await until(async () => (await released(fixture)).length === 0, 'the releases have ended');

    expect(await rowOf(fixture, 1)).toMatchObject({ state: 'uploading', releasedAt: null });
    expect(await rowOf(fixture, 2)).toMatchObject({ state: 'stored', releasedAt: expect.any(Date) as Date });
    expect(await findPlaces(manager)).toMatchObject({ local: { segments: 1 }, bucket: { segments: 1 } });
    expect(await manager.find(Job, { order: { objectKey: 'ASC' } })).toMatchObject([
      { kind: 'upload', objectKey: init.key, sha256: init.sha256 },
      { kind: 'upload', objectKey: `${DIRECTORY}/seg_0001.m4s` },
    ]);

    order.mockRestore();
    await until(async () => (await rowOf(fixture, 1)).state === 'stored', 'it is in the bucket again');
    await until(async () => (await manager.countBy(Job, { kind: 'upload', lane: 'media' })) === 0, 'the init is too');
    for (const name of ['init.m4s', 'seg_0001.m4s']) {
      expect(await bucket.head(parseObjectKey(`${DIRECTORY}/${name}`))).toBeDefined();
    }
    await runner.beforeApplicationShutdown();
  });

  it('lets the inits go with the last segment of a directory that nothing records into', async () => {
    await using fixture = await startSpool({ AIRCHECK_RECORDER_SPOOL_KEEP_HOURS: '0' });
    await record(fixture, { segments: [1] });
    await change(fixture, [1], { state: 'stored' });
    const keeper = fixture.app.get(SpoolKeeperService);
    for (const name of ['init.m4s', 'audio_init.m4s']) await finishUpload(fixture, name);

    await keeper.run();
    expect(await released(fixture)).not.toContain('init.m4s');

    await fixture.index.setSessionState('s1', { state: 'completed', reason: 'requested', endedAt: new Date() });
    await until(async () => {
      await keeper.run();
      return (await released(fixture)).includes('init.m4s');
    }, 'the inits follow');
    expect(await released(fixture)).toEqual(['audio_init.m4s', 'audio_seg_0001.m4s', 'init.m4s', 'seg_0001.m4s']);
  });

  it.each([
    ['space', MUCH, ['audio_seg_0001.m4s', 'seg_0001.m4s']],
    ['space', '0', []],
    ['forever', MUCH, []],
  ])('keeps files until there is no room (%s, %s bytes wanted)', async (keep, minFreeBytes, names) => {
    await using fixture = await startSpool({
      AIRCHECK_RECORDER_SPOOL_KEEP: keep,
      AIRCHECK_RECORDER_MIN_FREE_BYTES: minFreeBytes,
    });
    await record(fixture, { segments: [1, 2] });
    await change(fixture, [1], { state: 'stored', createdAt: new Date(Date.now() - HOUR_MS) });

    await fixture.app.get(SpoolKeeperService).run();

    expect(await released(fixture)).toEqual(names);
  });

  function startSpool(environment: Readonly<Record<string, string>> = {}): Promise<IndexFixture> {
    return startIndex(environment, { bucket: new MemoryStorageDriver() });
  }

  function jobRunner({ app, dataSource }: IndexFixture): JobRunner {
    const table = new JobTable(dataSource, 'node-1', systemClock, () => app.get(OutboxService).listeners);
    const retry = { firstMs: 5, longestMs: 40 };
    const settings = { uploadsSideBySide: 2, backupAfterMs: 60_000, graceMs: 1000, retry };
    const log = { log: () => undefined, warn: () => undefined, error: () => undefined };
    return new JobRunner(table, app.get(Stores), settings, systemClock, log);
  }

  /** What the jobs do when a file is in the bucket. */
  async function finishUpload(fixture: IndexFixture, name: string): Promise<void> {
    await fixture.dataSource.manager.delete(Job, { kind: 'upload', objectKey: Like(`%/${name}`) });
    await tell(fixture, 'stored', name);
  }

  async function tell({ app, dataSource }: IndexFixture, what: 'stored' | 'lost', name: string): Promise<void> {
    await inTransaction(dataSource, async (manager) => {
      for (const listener of app.get(OutboxService).listeners) {
        await listener[what]?.(manager, parseObjectKey(`${DIRECTORY}/${name}`));
      }
    });
  }

  function digest(text: string): string {
    return createHash('sha256').update(text).digest('hex');
  }

  function rowOf({ dataSource }: IndexFixture, number: number): Promise<SegmentRow> {
    return dataSource.manager.findOneByOrFail(SegmentRow, { number });
  }

  async function change(
    { dataSource }: IndexFixture,
    numbers: readonly number[],
    to: Partial<SegmentRow>,
  ): Promise<void> {
    for (const number of numbers) await dataSource.manager.update(SegmentRow, { number }, to);
  }

  async function released({ dataSource }: IndexFixture): Promise<string[]> {
    const jobs = await dataSource.manager.findBy(Job, { kind: 'release' });
    return jobs.map(({ objectKey }) => objectKey.replace(/^.*\//, '')).sort();
  }

  async function playlist(
    { manifests }: IndexFixture,
    name: 'video.m3u8' | 'audio.m3u8' = 'video.m3u8',
  ): Promise<string> {
    return (await manifests.document(DIRECTORY, name))?.body.toString() ?? '';
  }
});
