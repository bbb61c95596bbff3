import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { inTransaction } from '../../src/persistence/transaction.js';
import { Job } from '../../src/modules/storage/entities/job.entity.js';
import { MemoryStorageDriver } from '../../src/modules/storage/drivers/memory.driver.js';
import { parseObjectKey } from '../../src/modules/storage/ports/object-key.js';
import { until } from '../support/wait.js';
import { JobsFixture, mediaBytes, mediaObject, once, textIn } from './support/jobs-fixture.js';
import { TroubledBucket } from './support/troubled-bucket.js';
import { overBothDatabases } from '../support/databases.js';

overBothDatabases((database) => {
  const NAMES = ['cam/seg_0001.m4s', 'cam/seg_0002.m4s', 'cam/seg_0003.m4s'] as const;
  const [FIRST] = NAMES;

  it('puts what was committed into the bucket and tells its rows', async () => {
    await using jobs = await JobsFixture.make();
    const { outbox } = await jobs.start();

    await jobs.commit(outbox, ...NAMES);
    await jobs.untilDone();

    for (const name of NAMES) expect(await textIn(jobs.bucket, name)).toBe(mediaBytes(name).toString());
    expect(jobs.told.toSorted()).toEqual(NAMES.map((name) => `stored ${name}`));
    expect(await textIn(jobs.local, FIRST)).toBeDefined();
  });

  it('goes on at the next start with what the last server left, in a SQLite database whatever that was called', async () => {
    await using jobs = await JobsFixture.make();
    const { outbox } = jobs.prepare({ nodeAlias: 'pod-1' });
    await jobs.commit(outbox, ...NAMES);

    await jobs.start({ nodeAlias: database === 'SQLite' ? 'pod-2' : 'pod-1' });

    await jobs.untilDone();
    expect(jobs.bucket.done).toEqual(NAMES);
  });

  it('tries again until the bucket takes it', async () => {
    await using jobs = await JobsFixture.make();
    jobs.bucket.failures = 5;
    const { outbox } = await jobs.start();

    await jobs.commit(outbox, FIRST);
    await jobs.untilDone();

    expect(jobs.bucket.begun).toHaveLength(6);
    expect(jobs.bucket.done).toEqual([FIRST]);
  });

  it('asks a bucket that is away with one job at a time, and keeps the others in their order', async () => {
    await using jobs = await JobsFixture.make();
    jobs.bucket.isAway = true;
    const { outbox } = await jobs.start();
    for (const name of NAMES) await jobs.commit(outbox, name);

    await until(() => jobs.bucket.begun.length > 5, 'it was tried some times');

    expect(new Set(jobs.bucket.begun)).toEqual(new Set([FIRST]));
    expect(jobs.bucket.mostSideBySide).toBe(1);
    const [oldest, next] = await jobs.jobs();
    expect(oldest).toMatchObject({ objectKey: FIRST, lastError: expect.stringContaining('it is away') as string });
    expect(next).toMatchObject({ attempts: 0 });

    jobs.bucket.isAway = false;
    await jobs.untilDone();
    expect(jobs.bucket.done).toEqual(NAMES);
  });

  it('does so many uploads side by side, and never two of one object', async () => {
    await using jobs = await JobsFixture.make({ uploadsSideBySide: 3 });
    const { outbox } = await jobs.start();
    await jobs.commit(outbox, 'cam/init.m4s');
    await jobs.untilDone();
    const goOn = jobs.bucket.hold();

    await jobs.commit(outbox, ...NAMES, 'cam/seg_0004.m4s');
    await jobs.commit(outbox, ...NAMES);
    await until(() => jobs.bucket.begun.length === 4, 'three more have begun');
    goOn();
    await jobs.untilDone();

    expect(jobs.bucket.mostSideBySide).toBe(3);
    expect(jobs.bucket.wasDoubled).toBe(false);
  });

  it('takes what is there already for done when it is the same', async () => {
    await using jobs = await JobsFixture.make();
    const { outbox } = await jobs.start();
    await jobs.bucket.put(parseObjectKey(FIRST), once(mediaBytes(FIRST)));

    await jobs.commit(outbox, FIRST);
    await jobs.untilDone();

    expect(jobs.told).toEqual([`stored ${FIRST}`]);
  });

  it('overwrites nothing, and stores what belongs there under the next key that is free', async () => {
    await using jobs = await JobsFixture.make();
    const { outbox } = await jobs.start();
    const [taken, free] = ['cam/seg_0001_2.m4s', 'cam/seg_0001_3.m4s'];
    for (const key of [FIRST, taken]) await jobs.bucket.put(parseObjectKey(key), once(Buffer.from(`not ours: ${key}`)));

    await jobs.commit(outbox, FIRST);
    await jobs.untilDone();

    for (const key of [FIRST, taken]) expect(await textIn(jobs.bucket, key)).toBe(`not ours: ${key}`);
    expect(jobs.told).toEqual([`renamed ${FIRST} ${free}`, `stored ${free}`]);
    expect(await textIn(jobs.bucket, free)).toBe(mediaBytes(FIRST).toString());
    expect(await textIn(jobs.local, FIRST)).toBeUndefined();
    expect(await textIn(jobs.local, free)).toBe(mediaBytes(FIRST).toString());
  });

  it('keeps the job and says why when nine keys are taken', async () => {
    await using jobs = await JobsFixture.make();
    const { outbox } = await jobs.start();
    const keys = [FIRST, ...[2, 3, 4, 5, 6, 7, 8, 9].map((copy) => `cam/seg_0001_${String(copy)}.m4s`)];
    for (const key of keys) await jobs.bucket.put(parseObjectKey(key), once(Buffer.from('not ours')));

    await jobs.commit(outbox, FIRST, 'cam/seg_0002.m4s');
    await until(() => jobs.errors.length > 1, 'it was tried twice');

    const rows = await jobs.jobs();
    expect(rows).toMatchObject([
      { objectKey: FIRST, lastError: expect.stringContaining('other bytes under') as string },
    ]);
    expect(jobs.told).toEqual(['stored cam/seg_0002.m4s']);
  });

  it('replaces broken bytes that were put for the same row before a restart', async () => {
    await using jobs = await JobsFixture.make();
    const { outbox } = await jobs.start();
    const sha256 = createHash('sha256').update(mediaBytes(FIRST)).digest('hex');
    await jobs.bucket.put(parseObjectKey(FIRST), once(Buffer.from('half of it')), { checksums: { sha256 } });

    await jobs.commit(outbox, FIRST);
    await jobs.untilDone();

    expect(await textIn(jobs.bucket, FIRST)).toBe(mediaBytes(FIRST).toString());
  });

  it.each([
    ['are others', (bytes: Buffer) => Buffer.alloc(bytes.length), 'has other bytes'],
    ['are fewer', (bytes: Buffer) => bytes.subarray(1), 'has another length'],
    ['are more', (bytes: Buffer) => Buffer.concat([bytes, bytes]), 'has another length'],
  ])('uploads no file whose bytes %s than its row promises', async (_how, damage, fault) => {
    await using jobs = await JobsFixture.make();
    const { outbox, runner } = jobs.prepare();
    await jobs.commit(outbox, FIRST);
    await jobs.local.put(parseObjectKey(FIRST), once(damage(mediaBytes(FIRST))));

    await runner.onApplicationBootstrap();
    await jobs.untilDone();

    expect(jobs.told).toEqual([`lost ${FIRST}`]);
    expect(jobs.errors).toEqual([expect.stringContaining(fault)]);
    expect(await textIn(jobs.bucket, FIRST)).toBeUndefined();
  });

  it('gives an upload up when its file is gone, and not when the bucket has the object', async () => {
    await using jobs = await JobsFixture.make();
    const { outbox, runner } = jobs.prepare();
    const [, second] = NAMES;
    await jobs.commit(outbox, FIRST, second);
    for (const key of [FIRST, second]) await jobs.local.delete(parseObjectKey(key));
    await jobs.bucket.put(parseObjectKey(second), once(mediaBytes(second)));

    await runner.onApplicationBootstrap();
    await jobs.untilDone();

    expect(jobs.told.toSorted()).toEqual([`lost ${FIRST}`, `stored ${second}`]);
    expect(jobs.errors).toEqual([expect.stringContaining('is gone')]);
  });

  it.each(['get', 'assertSameFolder'] as const)('takes nothing for lost while the disk fails at %s', async (call) => {
    await using jobs = await JobsFixture.make();
    const { outbox, runner } = jobs.prepare();
    await jobs.commit(outbox, FIRST);
    if (call !== 'get') await jobs.local.delete(parseObjectKey(FIRST));
    const failing = jest.spyOn(jobs.local, call).mockRejectedValue(Object.assign(new Error('EIO'), { code: 'EIO' }));

    await runner.onApplicationBootstrap();
    await until(() => jobs.errors.length > 2, 'it was tried some times');
    expect(jobs.told).toEqual([]);
    failing.mockRestore();
    await jobs.local.put(parseObjectKey(FIRST), once(mediaBytes(FIRST)));
    await jobs.untilDone();

    expect(jobs.told).toEqual([`stored ${FIRST}`]);
  });

  it('takes nothing for lost that reads right the second time', async () => {
    await using jobs = await JobsFixture.make();
    const { outbox, runner } = jobs.prepare();
    await jobs.commit(outbox, FIRST);
    jest.spyOn(jobs.local, 'get').mockResolvedValueOnce(Readable.from([Buffer.alloc(mediaBytes(FIRST).length)]));

    await runner.onApplicationBootstrap();
    await jobs.untilDone();

    expect(jobs.told).toEqual([`stored ${FIRST}`]);
  });

  it.each([
    ['nothing', true],
    ['other-bytes', true],
    ['other-bytes', false],
  ] as const)('does not believe a bucket that stores %s (checksums: %s)', async (lie, hasChecksums) => {
    await using jobs = await JobsFixture.make();
    jobs.bucket.lie = lie;
    jobs.bucket.hasChecksums = hasChecksums;
    const { outbox } = await jobs.start();

    await jobs.commit(outbox, FIRST);
    await until(() => jobs.errors.length > 0, 'it was found out');
    expect(jobs.told).toEqual([]);
    jobs.bucket.lie = undefined;
    await jobs.untilDone();

    expect(await textIn(jobs.bucket, FIRST)).toBe(mediaBytes(FIRST).toString());
  });

  it('takes away the broken bytes of its own, also when that fails at first', async () => {
    await using jobs = await JobsFixture.make();
    Object.assign(jobs.bucket, { lie: 'other-bytes', deletionFailures: 3 });
    const { outbox } = await jobs.start();

    await jobs.commit(outbox, FIRST);
    await until(() => jobs.bucket.deletionFailures < 3, 'it was found out');
    jobs.bucket.lie = undefined;
    await jobs.untilDone();

    expect(await textIn(jobs.bucket, FIRST)).toBe(mediaBytes(FIRST).toString());
  });

  it('replaces views, and uploads one again that was written while it was under way', async () => {
    await using jobs = await JobsFixture.make();
    const { outbox } = await jobs.start();
    const key = 'cam/manifest.mpd';
    await jobs.writeView(outbox, key, 'first');
    await jobs.untilDone();
    const goOn = jobs.bucket.hold();

    await jobs.writeView(outbox, key, 'second');
    await until(() => jobs.bucket.begun.length === 2, 'the second is under way');
    await jobs.writeView(outbox, key, 'third');
    await jobs.writeView(outbox, key, 'fourth');
    goOn();
    await jobs.untilDone();

    expect(jobs.bucket.wasDoubled).toBe(false);
    expect(jobs.bucket.begun).toHaveLength(3);
    expect(await textIn(jobs.bucket, key)).toBe('fourth');
  });

  it('forgets a view whose file is gone', async () => {
    await using jobs = await JobsFixture.make();
    const { outbox } = await jobs.start();

    await outbox.uploadView(parseObjectKey('cam/manifest.mpd'));
    await jobs.untilDone();

    expect(jobs.bucket.begun).toEqual([]);
  });

  it('deletes everywhere, and uploads no more what is deleted', async () => {
    const backup = new MemoryStorageDriver();
    await using jobs = await JobsFixture.make({ backup });
    const { outbox, runner } = jobs.prepare();
    await jobs.commit(outbox, FIRST);
    for (const store of [jobs.bucket, backup]) await store.put(parseObjectKey(FIRST), once(mediaBytes(FIRST)));

    await inTransaction(jobs.dataSource, (manager) => outbox.delete(manager, [parseObjectKey(FIRST)]));
    await runner.onApplicationBootstrap();
    await jobs.untilDone();

    for (const store of [jobs.local, jobs.bucket, backup]) expect(await textIn(store, FIRST)).toBeUndefined();
    expect(jobs.told).toEqual([]);
  });

  it('makes room here at once while the bucket is away', async () => {
    await using jobs = await JobsFixture.make();
    jobs.bucket.isAway = true;
    const { outbox } = await jobs.start();
    await jobs.commit(outbox, ...NAMES);
    await until(() => jobs.bucket.begun.length > 1, 'it is known to be away');

    const keys = NAMES.map((name) => parseObjectKey(name));
    await inTransaction(jobs.dataSource, (manager) => outbox.delete(manager, keys));
    await until(async () => (await textIn(jobs.local, NAMES[2])) === undefined, 'the last file is gone');
    jobs.bucket.isAway = false;
    await jobs.untilDone();

    expect(new Set(jobs.bucket.deleted)).toEqual(new Set(NAMES));
  });

  it('writes down what is deleted here as done, and no failure', async () => {
    await using jobs = await JobsFixture.make();
    jobs.bucket.isAway = true;
    const { outbox } = await jobs.start();
    await jobs.commit(outbox, FIRST);
    await until(() => jobs.bucket.begun.length > 1, 'it is known to be away');

    await inTransaction(jobs.dataSource, (manager) =>
      outbox.delete(manager, [parseObjectKey(FIRST)], { sizes: new Map([[FIRST, 77]]) }),
    );
    await until(async () => (await jobs.jobs())[0]?.deletedHereAt instanceof Date, 'it is deleted here');

    expect(await outbox.doomedBytes()).toBe(0);
  });

  it('deletes by the thousand, and keeps what the bucket refuses with its reason', async () => {
    await using jobs = await JobsFixture.make();
    const { outbox } = await jobs.start();
    const names = Array.from({ length: 1500 }, (_, index) => `cam/seg_${String(index + 1).padStart(4, '0')}.m4s`);
    const keys = names.map((name) => parseObjectKey(name));
    for (const key of keys) await jobs.bucket.put(key, once(mediaBytes(key)));
    jobs.bucket.undeletable.add(parseObjectKey(FIRST));

    await inTransaction(jobs.dataSource, (manager) => outbox.delete(manager, keys));
    await until(() => jobs.errors.length > 1, 'one was tried twice');

    expect(jobs.bucket.deletionRequests[0]).toBe(1000);
    await until(async () => (await jobs.jobs()).length === 1, 'all others are done');
    // Beside the two requests for all, those for the one.
    expect(jobs.bucket.deletionRequests.filter((count) => count > 1)).toHaveLength(2);
    const [left] = await jobs.jobs();
    expect(left).toMatchObject({ objectKey: FIRST, lastError: expect.stringContaining('not this one') as string });
    jobs.bucket.undeletable.clear();
    await jobs.untilDone();
    expect(await textIn(jobs.bucket, FIRST)).toBeUndefined();
  });

  it('deletes once more what was asked for again while it was being deleted', async () => {
    await using jobs = await JobsFixture.make();
    const { outbox } = await jobs.start();
    const keys = [parseObjectKey(FIRST)];
    const order = () => inTransaction(jobs.dataSource, (manager) => outbox.delete(manager, keys));
    const goOn = jobs.bucket.hold();

    await order();
    await until(() => jobs.bucket.deletionRequests.length === 1, 'it is being deleted');
    await order();
    goOn();
    await jobs.untilDone();

    expect(jobs.bucket.deletionRequests).toEqual([1, 1]);
  });

  it('puts media into the backup storage when the bucket has failed for long, and into the bucket when it is back', async () => {
    const backup = new TroubledBucket();
    await using jobs = await JobsFixture.make({ backup, backupAfterMs: 20 });
    jobs.bucket.isAway = true;
    const { outbox } = await jobs.start();
    await jobs.commit(outbox, ...NAMES);

    await until(() => jobs.told.length === 3, 'the backup has them');
    expect(backup.done).toHaveLength(3);
    expect(jobs.told.toSorted()).toEqual(NAMES.map((name) => `backed up ${name}`));
    expect(await jobs.jobs()).toHaveLength(3);
    // The disk loses one meanwhile.
    await jobs.local.delete(parseObjectKey(FIRST));
    jobs.bucket.isAway = false;
    await jobs.untilDone();

    expect(jobs.bucket.done).toEqual(NAMES);
    for (const name of NAMES) expect(await textIn(backup, name)).toBeUndefined();
  });

  it('keeps the newest views in the backup storage until the bucket has them', async () => {
    const backup = new TroubledBucket();
    await using jobs = await JobsFixture.make({ backup, backupAfterMs: 20 });
    jobs.bucket.isAway = true;
    const { outbox } = await jobs.start();
    const key = 'cam/manifest.mpd';

    for (const text of ['first', 'second']) {
      await jobs.writeView(outbox, key, text);
      await until(async () => (await textIn(backup, key)) === text, `the backup has the ${text}`);
    }
    jobs.bucket.isAway = false;
    await jobs.untilDone();

    expect(await textIn(jobs.bucket, key)).toBe('second');
    expect(await textIn(backup, key)).toBeUndefined();
  });

  const backlog = database === 'SQLite' ? 10_000 : 1000;

  it(`lets views pass by ${String(backlog)} segments, and does all of those oldest first`, async () => {
    await using jobs = await JobsFixture.make({ uploadsSideBySide: 2, graceMs: 0 });
    const { outbox, runner } = jobs.prepare();
    const names = Array.from({ length: backlog }, (_, index) => `cam/seg_${String(index + 1).padStart(5, '0')}.m4s`);
    await queue(jobs, names);
    for (const name of names) await jobs.local.put(parseObjectKey(name), once(mediaBytes(name)));

    await runner.onApplicationBootstrap();
    await until(() => jobs.bucket.done.length > 20, 'some are done');
    await jobs.writeView(outbox, 'cam/manifest.mpd', 'new');
    const before = jobs.bucket.done.length;
    await until(async () => (await textIn(jobs.bucket, 'cam/manifest.mpd')) === 'new', 'the view is there');

    expect(jobs.bucket.done.length - before).toBeLessThan(100);
    await until(() => jobs.bucket.done.length > names.length, 'all are done', 120_000);
    const media = jobs.bucket.done.filter((key) => key.endsWith('.m4s'));
    const places = media.map((key, position) => Math.abs(names.indexOf(key) - position));
    expect(Math.max(...places)).toBeLessThan(2);
  });

  it('stops with what can be finished in time, and leaves the rest', async () => {
    await using jobs = await JobsFixture.make({ graceMs: 300 });
    const { outbox, runner } = await jobs.start();
    await jobs.commit(outbox, FIRST);
    await jobs.untilDone();
    jobs.bucket.hold();
    await jobs.commit(outbox, ...NAMES.slice(1));

    runner.onModuleDestroy();
    const startMs = performance.now();
    await runner.beforeApplicationShutdown();

    expect(performance.now() - startMs).toBeLessThan(2000);
    expect(await jobs.jobs()).toHaveLength(2);
  });

  it('does not wait at its end for a bucket that is away', async () => {
    await using jobs = await JobsFixture.make({ graceMs: 60_000, retry: { firstMs: 30_000, longestMs: 30_000 } });
    jobs.bucket.isAway = true;
    const { outbox, runner } = await jobs.start();
    await jobs.commit(outbox, FIRST);
    await until(() => jobs.bucket.begun.length === 1, 'it was tried');

    const startMs = performance.now();
    await runner.beforeApplicationShutdown();

    expect(performance.now() - startMs).toBeLessThan(1000);
  });

  /** Rows only, made faster than by the outbox. */
  async function queue({ dataSource }: JobsFixture, names: readonly string[]): Promise<void> {
    const start = Date.now() - names.length;
    const rows = names.map((name, index) => ({
      id: `job-${String(index)}`,
      kind: 'upload' as const,
      lane: 'media' as const,
      objectKey: name,
      nodeAlias: 'node-1',
      generation: 1,
      sizeBytes: mediaObject(name).sizeBytes,
      sha256: mediaObject(name).sha256,
      attempts: 0,
      dueAt: new Date(start + index),
      lastError: null,
      backedUpGeneration: null,
      sentTo: null,
      deletedHereAt: null,
      createdAt: new Date(start + index),
    }));
    await inTransaction(dataSource, async (manager) => {
      for (let at = 0; at < rows.length; at += 500) await manager.insert(Job, rows.slice(at, at + 500));
    });
  }
});
