import { rm, truncate } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { SegmentRow } from '../../src/modules/index/entities/index.js';
import { reindex } from '../../src/modules/index/reindex/reindex.js';
import { MemoryStorageDriver } from '../../src/modules/storage/drivers/index.js';
import { OssStorageDriver } from '../../src/modules/storage/drivers/oss.driver.js';
import { S3StorageDriver } from '../../src/modules/storage/drivers/s3.driver.js';
import { Job } from '../../src/modules/storage/entities/job.entity.js';
import { parseObjectKey } from '../../src/modules/storage/ports/object-key.js';
import { StorageUnavailableError } from '../../src/modules/storage/storage.errors.js';
import { startOssServer } from '../support/oss-server.js';
import { S3Server } from '../support/s3-server.js';
import { itWith } from '../support/tools.js';
import { ArchiveFixture, DIRECTORY, initBytes, segmentBytes } from './support/archive-fixture.js';
import { check, flipByte, segmentsIn, summaryOf } from './support/checked-archive.js';
import { textIn } from './support/jobs-fixture.js';

const FOREIGN = Buffer.from('bytes of somebody else');

describe('with a bucket', () => {
  it('finds nothing in what is uploaded, released, and on its way', async () => {
    await using fixture = await ArchiveFixture.make('bucket');
    await fixture.record([1, 2, 3]);
    expect(await check(fixture)).toEqual({ findings: [], notes: [] });
    await fixture.upload();
    await fixture.rows.update(SegmentRow, { number: 1 }, { releasedAt: new Date() });
    await rm(fixture.path('seg_0001.m4s'));
    await rm(fixture.path('audio_seg_0001.m4s'));

    expect(await check(fixture, { deep: true })).toEqual({ findings: [], notes: [] });
  });

  it('gives each side what the other still has', async () => {
    await using fixture = await ArchiveFixture.make('bucket');
    await fixture.record([1, 2, 3]);
    await fixture.upload();
    await fixture.archive.stores.bucket?.delete(parseObjectKey(`${DIRECTORY}/seg_0002.m4s`));
    await rm(fixture.path('seg_0003.m4s'));
    await flipByte(fixture.path('audio_seg_0001.m4s'), 400);

    const { findings } = await check(fixture, { deep: true, repair: true });

    expect(findings).toMatchObject([
      { kind: 'copy-damaged', key: `${DIRECTORY}/audio_seg_0001.m4s` },
      { kind: 'copy-missing', key: `${DIRECTORY}/seg_0002.m4s` },
      { kind: 'copy-missing', key: `${DIRECTORY}/seg_0003.m4s` },
    ]);
    expect(await check(fixture, { deep: true })).toEqual({ findings: [], notes: [] });
    expect((await fixture.rows.findOneBy(SegmentRow, { number: 3 }))?.releasedAt).not.toBeNull();
  });

  it('finds nothing in a segment of which one object is uploaded and the other waits', async () => {
    await using fixture = await ArchiveFixture.make('bucket');
    await fixture.record([1]);
    const { local, bucket } = fixture.archive.stores;
    const key = parseObjectKey(`${DIRECTORY}/seg_0001.m4s`);
    await bucket?.put(key, await local.get(key));
    await fixture.rows.delete(Job, { objectKey: key });

    expect(await check(fixture, { deep: true })).toEqual({ findings: [], notes: [] });
  });

  it('has uploaded what waits without a job', async () => {
    await using fixture = await ArchiveFixture.make('bucket');
    await fixture.record([1]);
    await fixture.rows.clear(Job);

    const { findings } = await check(fixture, { repair: true });
    const found = new Set(findings.map(({ kind }) => kind));
    expect(found).toEqual(new Set(['upload-forgotten', 'copy-missing', 'view-missing']));
    expect(findings.filter(({ kind }) => kind === 'upload-forgotten')).toHaveLength(2);

    expect(await check(fixture)).toEqual({ findings: [], notes: [] });
  });

  it('names an init that the bucket has lost, and has it uploaded again', async () => {
    await using fixture = await ArchiveFixture.make('bucket');
    await fixture.record([1]);
    await fixture.upload();
    const key = parseObjectKey(`${DIRECTORY}/init.m4s`);
    await fixture.archive.stores.bucket?.delete(key);

    const { findings } = await check(fixture, { repair: true });
    expect(findings).toMatchObject([{ kind: 'copy-missing', key, repaired: true }]);
    await fixture.doJobs();

    expect((await fixture.archive.stores.bucket?.head(key))?.sizeBytes).toBe(initBytes('video').length);
    expect(await check(fixture, { deep: true })).toEqual({ findings: [], notes: [] });
  });

  it('names views in the bucket that are gone or say something else, and has them uploaded again', async () => {
    await using fixture = await ArchiveFixture.make('bucket');
    await fixture.record([1, 2]);
    await fixture.upload();
    const { bucket } = fixture.archive.stores;
    const sessionFile = parseObjectKey(`${DIRECTORY}/session_s1.json`);
    await bucket?.put(parseObjectKey(`${DIRECTORY}/manifest.mpd`), Readable.from([Buffer.from('broken')]));
    await bucket?.delete(sessionFile);

    const { findings } = await check(fixture, { repair: true });

    expect(findings.map(({ kind, key }) => `${kind} ${String(key)}`).sort()).toEqual([
      `view-missing ${sessionFile}`,
      `view-outdated ${DIRECTORY}/manifest.mpd`,
    ]);
    expect(await fixture.rows.countBy(Job, { kind: 'upload', objectKey: sessionFile })).toBe(1);
    expect(await check(fixture)).toEqual({ findings: [], notes: [] });
  });

  it('leaves bytes of others that keep a segment out of the bucket to its upload', async () => {
    await using fixture = await ArchiveFixture.make('bucket');
    await fixture.record([1]);
    const key = parseObjectKey(`${DIRECTORY}/seg_0001.m4s`);
    await fixture.archive.stores.bucket?.put(key, Readable.from([FOREIGN]));

    expect(await check(fixture, { deep: true, repair: true })).toEqual({ findings: [], notes: [] });
    await fixture.doJobs();

    expect(await segmentsIn(fixture, 'video.m3u8')).toEqual(['seg_0001_2.m4s']);
    expect(await check(fixture, { deep: true })).toMatchObject({
      findings: [],
      notes: [{ kind: 'foreign-file', key }],
    });
  });

  it('leaves what somebody else has put in the bucket where no row is, and takes up media of ours', async () => {
    const bucket = new MemoryStorageDriver();
    await using fixture = await ArchiveFixture.make(bucket);
    await fixture.record([1, 2]);
    await fixture.doJobs();
    const names = ['seg_0001.m4s', 'session_x.json'];
    const keys = names.map((name) => parseObjectKey(`c/2026/11/21/${name}`));
    for (const key of keys) await bucket.put(key, Readable.from([FOREIGN]));
    const beside = parseObjectKey(`${DIRECTORY}/seg_0009.m4s`);
    await bucket.put(beside, Readable.from([FOREIGN]));
    const half = parseObjectKey(`${DIRECTORY}/seg_0010.m4s`);
    await bucket.put(half, Readable.from([Buffer.from(segmentBytes('video', 12_000)).subarray(0, 4000)]));
    const ours = parseObjectKey(`${DIRECTORY}/seg_0003.m4s`);
    await bucket.put(ours, Readable.from([Buffer.from(segmentBytes('video', 12_000))]));
    const foreign = [...keys, beside, half];

    for (const found of [[ours], []]) {
      const { findings, notes } = await check(fixture, { repair: true });
      const rowless = findings.filter(({ kind }) => kind.endsWith('-without-row'));
      expect(rowless.map(({ key, repaired }) => [key, repaired])).toEqual(found.map((key) => [key, true]));
      expect(notes.map(({ kind, key }) => `${kind} ${String(key)}`).sort()).toEqual(
        foreign.map((key) => `foreign-file ${key}`).sort(),
      );
    }
    await using rebuilt = await fixture.withoutRows();
    expect(await reindex(rebuilt.archive)).toMatchObject({ segments: 3, quarantined: [] });

    for (const key of [...keys, beside]) expect(await textIn(bucket, key)).toBe(FOREIGN.toString());
    expect((await bucket.head(half))?.sizeBytes).toBe(4000);
  });

  it('takes a session file from the bucket that is cut in the folder', async () => {
    const bucket = new MemoryStorageDriver();
    await using fixture = await ArchiveFixture.make(bucket);
    await fixture.record([1, 2]);
    await fixture.doJobs();
    await truncate(fixture.path('session_s1.json'), 100);
    await using rebuilt = await fixture.withoutRows();

    expect(await reindex(rebuilt.archive)).toMatchObject({ sessions: 1, segments: 2, adopted: 0, unreadable: [] });

    expect((await check(rebuilt, { deep: true })).findings).toEqual([]);
  });

  it('overwrites nothing that somebody else has put in the place of what was stored, and has its own stored beside it', async () => {
    const bucket = new MemoryStorageDriver();
    await using fixture = await ArchiveFixture.make(bucket);
    await fixture.record([1, 2]);
    await fixture.doJobs();
    const keys = ['init.m4s', 'seg_0002.m4s'].map((name) => parseObjectKey(`${DIRECTORY}/${name}`));
    for (const key of keys) await bucket.put(key, Readable.from([FOREIGN]));
    await rm(fixture.path('audio_seg_0002.m4s'));
    await fixture.rows.update(SegmentRow, { number: 2 }, { releasedAt: new Date() });

    const { findings } = await check(fixture, { repair: true });
    expect(findings).toMatchObject(keys.map((key) => ({ kind: 'copy-damaged', key, repaired: true })));
    expect((await check(fixture, { deep: true })).findings).toEqual([]);
    await fixture.doJobs();

    for (const key of keys) expect(await textIn(bucket, key)).toBe(FOREIGN.toString());
    expect(await segmentsIn(fixture, 'video.m3u8')).toEqual(['seg_0001.m4s', 'seg_0002_2.m4s']);
    const { findings: after, notes } = await check(fixture, { deep: true });
    expect(after).toEqual([]);
    expect(notes.map(({ kind }) => kind).sort()).toEqual(['foreign-file', 'unused-init']);
  });

  it('finds in the backup what a bucket has that cannot be reached, and says what it did not see', async () => {
    const [bucket, backup] = [new MemoryStorageDriver(), new MemoryStorageDriver()];
    await using fixture = await ArchiveFixture.make(bucket, backup);
    await fixture.record([1, 2]);
    await fixture.upload();
    const { local } = fixture.archive.stores;
    for await (const { key } of local.walk()) await backup.put(key, await local.get(key));
    for (const name of ['seg_0001.m4s', 'audio_seg_0001.m4s', 'init.m4s']) await rm(fixture.path(name));
    await fixture.rows.update(SegmentRow, { number: 1 }, { releasedAt: new Date() });
    const walk = jest.spyOn(bucket, 'walk').mockImplementation(() => {
      throw new StorageUnavailableError('unreachable', 'it is away.');
    });

    const seen = await summaryOf(fixture, { deep: true, repair: true });
    expect(seen).toMatchObject({ findings: 0, unseen: 0 });
    expect(seen.away.bucket).toContain('it is away');

    await backup.delete(parseObjectKey(`${DIRECTORY}/seg_0001.m4s`));
    const half = await summaryOf(fixture, { repair: true });
    expect(half).toMatchObject({ findings: 0, unseen: 1, notes: { 'not-seen': 1 } });

    walk.mockRestore();
    expect(await check(fixture, { deep: true })).toEqual({ findings: [], notes: [] });
  });
});

describe('with buckets of vendors', () => {
  it('OSS: names what is damaged, cut and gone, and has it uploaded again', async () => {
    await using server = await startOssServer();
    await using fixture = await ArchiveFixture.make(new OssStorageDriver(server.config));
    await fixture.record([1, 2, 3]);
    await fixture.doJobs();
    expect(await check(fixture, { deep: true })).toEqual({ findings: [], notes: [] });
    const damaged = `${DIRECTORY}/seg_0001.m4s`;
    const { objects } = server.bucket;
    const kept = server.bucket.find(damaged);
    objects.set(damaged, { ...kept, bytes: Buffer.alloc(kept.sizeBytes) });
    const foreign = `${DIRECTORY}/seg_0002.m4s`;
    await fixture.archive.stores.bucket?.put(parseObjectKey(foreign), Readable.from([FOREIGN]));
    for (const name of ['seg_0003.m4s', 'audio_seg_0003.m4s']) objects.delete(`${DIRECTORY}/${name}`);
    await rm(fixture.path('seg_0003.m4s'));

    const { findings } = await check(fixture, { deep: true, repair: true });
    expect(findings.filter(({ kind }) => !kind.startsWith('view-'))).toMatchObject([
      { kind: 'copy-damaged', key: damaged },
      { kind: 'copy-damaged', key: foreign },
      { kind: 'object-missing', key: `${DIRECTORY}/seg_0003.m4s` },
      { kind: 'copy-missing', key: `${DIRECTORY}/audio_seg_0003.m4s` },
    ]);
    await fixture.doJobs();

    expect(server.bucket.find(damaged).bytes).toEqual(kept.bytes);
    expect(server.bucket.find(foreign).bytes).toEqual(FOREIGN);
    const { findings: after, notes } = await check(fixture, { deep: true });
    expect(after).toEqual([]);
    expect(notes.map(({ kind }) => kind).sort()).toEqual(['foreign-file', 'lost']);
  });

  itWith('minio')('S3 with a backup: what only the backup has is whole, what others took lies beside it', async () => {
    await using server = await S3Server.start();
    const backup = new S3StorageDriver(server.storage({ root: 'backup' }));
    await using fixture = await ArchiveFixture.make(new S3StorageDriver(server.storage({ root: 'first' })), backup);
    await fixture.record([1, 2]);
    await fixture.doJobs();
    const [taken, moved] = [`${DIRECTORY}/seg_0001.m4s`, `${DIRECTORY}/audio_seg_0002.m4s`];
    await server.writeObject(`first/${taken}`, FOREIGN);
    await server.writeObject(`backup/${moved}`, await server.readObject(`first/${moved}`));
    await server.removeObject(`first/${moved}`);

    const { findings } = await check(fixture, { deep: true, repair: true });
    expect(findings).toMatchObject([{ kind: 'copy-damaged', key: taken, repaired: true }]);
    await fixture.doJobs();

    expect(await server.readObject(`first/${taken}`)).toEqual(FOREIGN);
    const [{ objects } = { objects: [] }] = await fixture.rows.findBy(SegmentRow, { number: 1, state: 'stored' });
    expect(objects.map(({ objectKey }) => objectKey)).toContain(`${DIRECTORY}/seg_0001_2.m4s`);
    expect(await check(fixture, { deep: true })).toMatchObject({ findings: [], notes: [{ kind: 'foreign-file' }] });
  });
});
