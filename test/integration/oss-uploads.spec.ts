import { createHash, randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { OssStorageDriver } from '../../src/modules/storage/drivers/oss.driver.js';
import { parseObjectKey } from '../../src/modules/storage/ports/object-key.js';
import { inTransaction } from '../../src/persistence/transaction.js';
import { startOssServer, type OssServer } from '../support/oss-server.js';
import { JobsFixture, once } from './support/jobs-fixture.js';

const key = parseObjectKey('cam/seg_0001.m4s');
const blockBytes = 100 * 1024;

describe.each([
  ['in one request', blockBytes],
  ['in parts', 2 * blockBytes + 1],
])('media that goes to OSS %s', (_way, sizeBytes) => {
  const media = randomBytes(sizeBytes);
  let server: OssServer;
  let driver: OssStorageDriver;

  beforeEach(async () => {
    server = await startOssServer();
    driver = new OssStorageDriver(server.config, { answerMs: 5000, stallMs: 5000, probeMs: 5000, blockBytes });
  });

  afterEach(() => server[Symbol.asyncDispose]());

  const commit = async (jobs: JobsFixture) => {
    const { outbox } = await jobs.start();
    const sha256 = createHash('sha256').update(media).digest('hex');
    await jobs.local.put(key, once(media));
    await inTransaction(jobs.dataSource, (manager) => outbox.upload(manager, [{ key, sizeBytes, sha256 }]));
  };
  const isStored = async () => (await buffer(await driver.get(key))).equals(media);
  const reads = () => server.requests.filter((request) => request.startsWith('GET '));

  it('is verified by what OSS says of it, and not read back', async () => {
    await using jobs = await JobsFixture.make({ bucket: driver });

    await commit(jobs);
    await jobs.untilDone();

    expect(jobs.told).toEqual([`stored ${key}`]);
    expect(reads()).toEqual([]);
    expect(await isStored()).toBe(true);
  });

  it('is done when it is there already', async () => {
    await using jobs = await JobsFixture.make({ bucket: driver });
    await driver.put(key, once(media));
    const [object] = server.bucket.objects.values();

    await commit(jobs);
    await jobs.untilDone();

    expect(jobs.told).toEqual([`stored ${key}`]);
    expect(reads()).toEqual([]);
    expect([...server.bucket.objects.values()]).toEqual([object]);
  });

  it('goes beside what is there in its place', async () => {
    await using jobs = await JobsFixture.make({ bucket: driver });
    const foreign = randomBytes(sizeBytes);
    await driver.put(key, once(foreign));

    await commit(jobs);
    await jobs.untilDone();

    const other = parseObjectKey('cam/seg_0001_2.m4s');
    expect(jobs.told).toEqual([`renamed ${key} ${other}`, `stored ${other}`]);
    expect((await buffer(await driver.get(other))).equals(media)).toBe(true);
    expect((await buffer(await driver.get(key))).equals(foreign)).toBe(true);
  });

  it('replaces broken bytes of its own, by the SHA-256 that OSS keeps with them', async () => {
    await using jobs = await JobsFixture.make({ bucket: driver });
    const sha256 = createHash('sha256').update(media).digest('hex');
    await driver.put(key, once(media.subarray(1)), { checksums: { sha256 } });

    await commit(jobs);
    await jobs.untilDone();

    expect(jobs.told).toEqual([`stored ${key}`]);
    expect(await isStored()).toBe(true);
  });
});
