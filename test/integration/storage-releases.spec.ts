import { inTransaction } from '../../src/persistence/transaction.js';
import { parseObjectKey } from '../../src/modules/storage/ports/object-key.js';
import { S3StorageDriver } from '../../src/modules/storage/drivers/s3.driver.js';
import { overBothDatabases } from '../support/databases.js';
import { S3Server } from '../support/s3-server.js';
import { describeWith } from '../support/tools.js';
import { JobsFixture, mediaBytes, once, textIn } from './support/jobs-fixture.js';

const FIRST = 'cam/seg_0001.m4s';

overBothDatabases(() => {
  it('takes a local copy only when the bucket has it, and sends again what was lost there', async () => {
    await using jobs = await JobsFixture.make();
    const { outbox } = await jobs.start();
    const objects = await jobs.commit(outbox, FIRST, 'cam/seg_0002.m4s');
    await jobs.untilDone();
    await jobs.bucket.delete(parseObjectKey(FIRST));

    await inTransaction(jobs.dataSource, (manager) => outbox.release(manager, objects));
    await jobs.untilDone();

    expect(jobs.told.slice(2)).toEqual([`missing ${FIRST}`, `stored ${FIRST}`]);
    expect(await textIn(jobs.bucket, FIRST)).toBe(mediaBytes(FIRST).toString());
    expect(await textIn(jobs.local, FIRST)).toBeDefined();
    expect(await textIn(jobs.local, 'cam/seg_0002.m4s')).toBeUndefined();
    expect(jobs.warnings).toEqual([expect.stringContaining(`${FIRST} is not in the bucket any more`)]);
    expect(jobs.errors).toEqual([]);
  });

  it('replaces what was damaged of its own in the bucket, and leaves what somebody else put there since', async () => {
    await using jobs = await JobsFixture.make();
    const { outbox } = await jobs.start();
    const second = 'cam/seg_0002.m4s';
    const objects = await jobs.commit(outbox, FIRST, second);
    await jobs.untilDone();
    const [{ sha256 } = { sha256: '' }] = objects;
    await jobs.bucket.put(parseObjectKey(FIRST), once(Buffer.from('damaged')), { checksums: { sha256 } });
    await jobs.bucket.put(parseObjectKey(second), once(Buffer.from('not ours')));

    await inTransaction(jobs.dataSource, (manager) => outbox.release(manager, objects));
    await jobs.untilDone();

    expect(await textIn(jobs.bucket, FIRST)).toBe(mediaBytes(FIRST).toString());
    expect(await textIn(jobs.bucket, second)).toBe('not ours');
    expect(await textIn(jobs.bucket, 'cam/seg_0002_2.m4s')).toBe(mediaBytes(second).toString());
  });

  it('takes for lost what neither the bucket nor the spool has whole any more', async () => {
    await using jobs = await JobsFixture.make();
    const { outbox } = await jobs.start();
    const objects = await jobs.commit(outbox, FIRST);
    await jobs.untilDone();
    await jobs.bucket.delete(parseObjectKey(FIRST));
    await jobs.local.put(parseObjectKey(FIRST), once(Buffer.from('damaged')));

    await inTransaction(jobs.dataSource, (manager) => outbox.release(manager, objects));
    await jobs.untilDone();

    expect(jobs.told.slice(1)).toEqual([`missing ${FIRST}`, `lost ${FIRST}`]);
  });
});

describeWith('minio')('over S3', () => {
  it('has again what was deleted or replaced there', async () => {
    await using server = await S3Server.start();
    const bucket = new S3StorageDriver(server.storage({ root: 'live' }));
    await using jobs = await JobsFixture.make({ bucket });
    const { outbox } = await jobs.start();
    const [deleted, replaced] = [FIRST, 'cam/seg_0002.m4s'];
    const objects = await jobs.commit(outbox, deleted, replaced);
    await jobs.untilDone();
    await bucket.delete(parseObjectKey(deleted));
    await bucket.put(parseObjectKey(replaced), once(Buffer.from('not ours')));

    await inTransaction(jobs.dataSource, (manager) => outbox.release(manager, objects));
    await jobs.untilDone();

    expect(jobs.told.filter((told) => told.startsWith('missing')).toSorted()).toEqual(
      [deleted, replaced].map((name) => `missing ${name}`),
    );
    expect(await textIn(bucket, deleted)).toBe(mediaBytes(deleted).toString());
    expect(await textIn(bucket, replaced)).toBe('not ours');
    expect(await textIn(bucket, 'cam/seg_0002_2.m4s')).toBe(mediaBytes(replaced).toString());
  });
});
