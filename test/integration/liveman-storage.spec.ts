import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { createStorageDriver, MemoryStorageDriver } from '../../src/modules/storage/drivers/index.js';
import { LivemanStorageDriver, livemanStorage } from '../../src/modules/storage/drivers/liveman.driver.js';
import { parseObjectKey } from '../../src/modules/storage/ports/object-key.js';
import type { ByteRange } from '../../src/shared/byte-range.js';
import type { StorageDriver } from '../../src/modules/storage/ports/storage-driver.js';
import {
  ObjectExistsError,
  ObjectNotFoundError,
  StorageCallUnsupportedError,
  StorageUnavailableError,
} from '../../src/modules/storage/storage.errors.js';
import { inTransaction } from '../../src/persistence/transaction.js';
import { breakingOff, chunks, generated } from '../support/bodies.js';
import { listen } from '../support/listening.js';
import { LivemanServer } from '../support/liveman-server.js';
import { S3Server } from '../support/s3-server.js';
import { describeWith } from '../support/tools.js';
import { until } from '../support/wait.js';
import { JobsFixture, mediaBytes } from './support/jobs-fixture.js';

const key = parseObjectKey('cam/2026/11/20/seg_0001 +é.m4s');
const FIRST = 'cam/seg_0001.m4s';
/** Limits that a test can wait for. */
const SHORT = { answerMs: 300, silenceMs: 300, bodyBytes: 1024 };

let server: LivemanServer;
let driver: StorageDriver;

beforeEach(async () => {
  server = await LivemanServer.start();
  driver = livemanStorage.create(server.config);
});

afterEach(() => server[Symbol.asyncDispose]());

const read = async (range?: ByteRange) => (await buffer(await driver.get(key, range))).toString();

async function failureOf(work: () => Promise<unknown>): Promise<StorageUnavailableError> {
  const error: unknown = await work().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof StorageUnavailableError) return error;
  throw new Error(`It was to fail as storage that is not available: ${inspect(error)}`);
}

describe('an object in the bucket of a manager', () => {
  it('is put by a signed URL with its length and the fields of the manager', async () => {
    const put = driver.put(key, chunks('media', ' and more'), { sizeBytes: 14, contentType: 'video/mp4' });

    await expect(put).resolves.toEqual({ key, sizeBytes: 14 });
    expect(server.objects.get(key)?.bytes.toString()).toBe('media and more');
    expect(server.objects.get(key)?.headers).toMatchObject({ 'content-length': '14', 'x-signed-field': 'kept' });
    expect(server.objects.get(key)?.headers).not.toHaveProperty('authorization');
    expect(server.lifetimes).toEqual([300]);
  });

  it.each(['0123456789', ''])('is read and known by size and MD5: %j', async (text) => {
    await driver.put(key, chunks(text));

    expect(await read()).toBe(text);
    await expect(driver.head(key)).resolves.toEqual({
      key,
      sizeBytes: text.length,
      modifiedAt: new Date(0),
      checksums: { md5: createHash('md5').update(text).digest('hex'), crc64: undefined },
    });
  });

  it('is read in ranges', async () => {
    await driver.put(key, chunks('0123456789'));

    expect(await read({ start: 2, end: 5 })).toBe('2345');
    for (const range of [
      { start: 5, end: 10 },
      { start: 10, end: 12 },
      { start: 3, end: 2 },
    ]) {
      await expect(driver.get(key, range)).rejects.toThrow(RangeError);
    }
  });

  it('is absent before', async () => {
    await expect(driver.head(key)).resolves.toBeUndefined();
    await expect(driver.get(key)).rejects.toThrow(ObjectNotFoundError);
  });

  it('is not replaced where it must not be', async () => {
    await driver.put(key, chunks('first'), { onlyIfAbsent: true });

    await expect(driver.put(key, chunks('second'), { onlyIfAbsent: true })).rejects.toThrow(ObjectExistsError);
    expect(await read()).toBe('first');
    await driver.put(key, chunks('third'));
    expect(await read()).toBe('third');
  });

  it('stays as it is when the new body breaks off', async () => {
    await driver.put(key, chunks('old'));

    await expect(driver.put(key, breakingOff(), { sizeBytes: 8 })).rejects.toThrow('broke off');
    await expect(driver.put(key, chunks('too long'), { sizeBytes: 3 })).rejects.toThrow(RangeError);
    expect(await read()).toBe('old');
  });

  it('has a known length when it is large', async () => {
    const small = new LivemanStorageDriver(server.config, SHORT);

    await expect(small.put(key, generated(1025))).rejects.toThrow(RangeError);
    await small.put(key, generated(2 ** 22), { sizeBytes: 2 ** 22 });

    await expect(driver.head(key)).resolves.toMatchObject({ sizeBytes: 2 ** 22 });
  });

  it('can be had by a URL of the manager', async () => {
    await driver.put(key, chunks('media'));

    const { url } = await driver.presign({ method: 'GET', key, lifetimeSeconds: 60 });

    expect(await (await fetch(url)).text()).toBe('media');
    expect(server.lifetimes.at(-1)).toBe(60);
  });

  it('is neither listed nor deleted, and nobody is told otherwise', async () => {
    expect(() => driver.list(key)).toThrow(StorageCallUnsupportedError);
    expect(() => driver.walk()).toThrow(StorageCallUnsupportedError);
    await expect(driver.delete(key)).rejects.toThrow(StorageCallUnsupportedError);
    await expect(driver.deleteAll([key])).rejects.toThrow(StorageCallUnsupportedError);
    expect(server.requests).toEqual([]);
  });
});

describe('what is wrong', () => {
  it('is nothing where the manager has a storage', async () => {
    await driver.probe();

    expect(server.requests).toEqual(['GET /api/storage/ping', 'POST /api/storage/presign']);
    expect(server.objects.size).toBe(0);
  });

  it.each([
    [401, 'credentials-refused', 'liveman_token'],
    [403, 'access-denied', 'liveman_token'],
    [404, 'failed', 'has no /api/storage/ping'],
    [429, 'overloaded', 'fewer requests'],
    [500, 'failed', 'may be a folder'],
    [503, 'failed', 'has no storage that works'],
    [302, 'failed', 'with 302'],
  ])('is said when the manager answers %i', async (status, fault, words) => {
    server.managerRefusal = { status, body: 'a secret of the manager' };

    const failure = await failureOf(() => driver.probe());

    expect(failure).toMatchObject({ fault, message: expect.stringContaining(words) as string });
    expect(inspect(failure)).not.toContain('secret');
  });

  it('is a wrong token, which is not shown', async () => {
    const stranger = livemanStorage.create({ ...server.config, token: 'wrong-t0ken' });

    const failure = await failureOf(() => stranger.put(key, chunks('x')));

    expect(failure.fault).toBe('credentials-refused');
    expect(inspect(failure)).not.toContain('wrong-t0ken');
  });

  it.each([
    [403, 'SignatureDoesNotMatch', 'credentials-refused'],
    [403, 'RequestTimeTooSkewed', 'clock-skewed'],
    [403, 'AccessDenied', 'access-denied'],
    [404, 'NoSuchBucket', 'no-such-bucket'],
    [503, 'SlowDown', 'overloaded'],
    [500, 'InternalError', 'failed'],
  ])('is said when the bucket answers %i %s, without the signed URL', async (status, code, fault) => {
    server.bucketRefusal = { status, body: `<Error><Code>${code}</Code><Message>secret</Message></Error>` };

    for (const work of [
      () => driver.put(key, chunks('x')),
      () => driver.put(key, generated(2 ** 20), { sizeBytes: 2 ** 20 }),
      () => driver.head(key),
      () => driver.get(key),
      () => driver.get(key, { start: 0, end: 0 }),
    ]) {
      const failure = await failureOf(work);
      expect(failure.fault).toBe(fault);
      expect(inspect(failure)).not.toMatch(/secret|signature=/);
    }
  });

  it('is that nobody is there', async () => {
    await using gone = await LivemanServer.start();
    const { config } = gone;
    await gone[Symbol.asyncDispose]();

    const failure = await failureOf(() => livemanStorage.create(config).probe());

    expect(failure).toMatchObject({ fault: 'unreachable', message: expect.stringContaining('ECONNREFUSED') as string });
  });

  it('is that nobody answers in time', async () => {
    server.isSilent = true;

    const failure = await failureOf(() => new LivemanStorageDriver(server.config, SHORT).head(key));

    expect(failure).toMatchObject({ fault: 'unreachable', message: expect.stringContaining('in time') as string });
  });

  it.each(['no JSON', '{}', '{"url":"file:///etc/passwd"}', '{"url":"http://x/","headers":{"a":1}}'])(
    'is an answer that is no signed URL: %s',
    async (answer) => {
      await using other = await listen(createServer((_request, response) => response.end(answer)));

      const failure = await failureOf(() => livemanStorage.create({ ...server.config, url: other.url }).head(key));

      expect(failure).toMatchObject({ fault: 'failed', message: expect.stringContaining('no signed URL') as string });
    },
  );
});

describe('jobs with a manager', () => {
  it('upload, verify and tell their rows', async () => {
    await using jobs = await JobsFixture.make({ bucket: driver });
    const { outbox } = await jobs.start();

    await jobs.commit(outbox, FIRST);
    await jobs.writeView(outbox, 'cam/manifest.mpd', '<MPD/>');
    await jobs.untilDone();

    expect(server.objects.get(FIRST)?.bytes).toEqual(mediaBytes(FIRST));
    expect(server.objects.get('cam/manifest.mpd')?.bytes.toString()).toBe('<MPD/>');
    expect(jobs.told).toContain(`stored ${FIRST}`);
  });

  it('wait for a manager that is away', async () => {
    await using jobs = await JobsFixture.make({ bucket: driver });
    server.managerRefusal = { status: 503, body: 'storage not configured' };
    const { outbox } = await jobs.start();
    await jobs.commit(outbox, FIRST);
    await until(() => server.requests.length > 2, 'it was tried some times');

    server.managerRefusal = undefined;
    await jobs.untilDone();

    expect(server.objects.get(FIRST)?.bytes).toEqual(mediaBytes(FIRST));
  });

  it('keep the file and say so while the bucket has other bytes', async () => {
    await using jobs = await JobsFixture.make({ bucket: driver });
    server.keep = (bytes) => Buffer.alloc(bytes.length);
    const { outbox } = await jobs.start();

    await jobs.commit(outbox, FIRST);
    await until(() => jobs.errors.length > 1, 'it was tried twice');

    expect(jobs.errors[0]).toContain('not as it was given');
    expect(jobs.told).toEqual([]);
    server.keep = (bytes) => bytes;
    server.objects.delete(FIRST);
    await jobs.untilDone();
    expect(jobs.told).toEqual([`stored ${FIRST}`]);
  });

  it('delete here and in the backup, once, and leave the object in the bucket', async () => {
    const backup = new MemoryStorageDriver();
    await using jobs = await JobsFixture.make({ bucket: driver, backup });
    const { outbox } = await jobs.start();
    await jobs.commit(outbox, FIRST);
    await jobs.untilDone();
    await backup.put(parseObjectKey(FIRST), chunks('media'));

    await inTransaction(jobs.dataSource, (manager) => outbox.delete(manager, [parseObjectKey(FIRST)]));
    await jobs.untilDone();

    await expect(jobs.local.head(parseObjectKey(FIRST))).resolves.toBeUndefined();
    await expect(backup.head(parseObjectKey(FIRST))).resolves.toBeUndefined();
    expect(server.objects.has(FIRST)).toBe(true);
  });
});

describeWith('minio')('a manager with a bucket of MinIO', () => {
  it('has what was put, with its media type', async () => {
    await using s3 = await S3Server.start();
    const bucket = await createStorageDriver(s3.storage());
    await using manager = await LivemanServer.start((input) => bucket.presign(input));
    const ours = livemanStorage.create(manager.config);
    const sizeBytes = 3 * 2 ** 20;

    await expect(ours.head(key)).resolves.toBeUndefined();
    await ours.put(key, generated(sizeBytes), { sizeBytes, contentType: 'video/mp4', onlyIfAbsent: true });
    await ours.put(parseObjectKey('empty'), chunks(), { sizeBytes: 0 });

    const facts = await bucket.head(key);
    await expect(ours.head(key)).resolves.toMatchObject({ sizeBytes, checksums: { md5: facts?.checksums.md5 } });
    await expect(ours.head(parseObjectKey('empty'))).resolves.toMatchObject({ sizeBytes: 0 });
    expect(await buffer(await ours.get(key, { start: 5, end: 9 }))).toHaveLength(5);
    const { url } = await ours.presign({ method: 'GET', key, lifetimeSeconds: 60 });
    const answer = await fetch(url);
    expect(answer.headers.get('content-type')).toBe('video/mp4');
    await answer.body?.cancel();
  });
});
