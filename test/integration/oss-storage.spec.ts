import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { buffer, text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import type { OssStorageConfig } from '../../src/config/index.js';
import { ossStorage } from '../../src/modules/storage/drivers/oss.driver.js';
import { OssStorageDriver, type OssLimits } from '../../src/modules/storage/drivers/oss.driver.js';
import { parseObjectKey } from '../../src/modules/storage/ports/object-key.js';
import type { ByteRange } from '../../src/shared/byte-range.js';
import type { StorageDriver } from '../../src/modules/storage/ports/storage-driver.js';
import { ObjectExistsError, StorageUnavailableError } from '../../src/modules/storage/storage.errors.js';
import { TimeLimitError } from '../../src/shared/in-time.js';
import { chunks } from '../support/bodies.js';
import { listen } from '../support/listening.js';
import { keysOf } from '../support/object-keys.js';
import { OssRefusal } from '../support/oss/refusal.js';
import { pause } from '../support/wait.js';
import { startOssServer, type OssServer } from '../support/oss-server.js';

const key = parseObjectKey('cam/2026/11/20/seg_0001.m4s');
const KIB = 1024;
/** Blocks as small as OSS takes them, and limits that a test can wait for. */
const small: OssLimits = { answerMs: 500, stallMs: 300, probeMs: 800, blockBytes: 100 * KIB };

let server: OssServer;

beforeEach(async () => {
  server = await startOssServer();
});

afterEach(async () => {
  await server[Symbol.asyncDispose]();
});

const open = (changes: Partial<OssStorageConfig> = {}): StorageDriver =>
  ossStorage.create({ ...server.config, ...changes });

describe('an object in OSS', () => {
  it('lies below the root, with its media type', async () => {
    await open({ root: 'live/one' }).put(key, chunks('media'), { contentType: 'video/mp4' });

    expect(server.bucket.objects.get(`live/one/${key}`)).toMatchObject({
      kept: { contentType: 'video/mp4' },
      sizeBytes: 5,
    });
  });

  it('is listed page by page, without its root', async () => {
    await using paged = await startOssServer({ pageSize: 2 });
    const driver = ossStorage.create({ ...paged.config, root: 'live' });
    const keys = ['d/1', 'd/2 & <3>', 'd/3', 'd/4+"\'', 'd/e/5', 'd/e/6', 'd/é'].map(parseObjectKey);
    for (const each of keys) await driver.put(each, chunks('x'));

    expect(await keysOf(driver.list(parseObjectKey('d')))).toEqual(keys.filter((each) => !each.startsWith('d/e/')));
    expect(await keysOf(driver.walk())).toEqual(keys);

    await driver.deleteAll([...keys, ...keys]);
    expect(paged.bucket.objects.size).toBe(0);
  });

  it('says of many which could not be deleted', async () => {
    const driver = open();
    const keys = ['d/1', 'd/2'].map(parseObjectKey);
    for (const each of keys) await driver.put(each, chunks('x'));
    server.bucket.locked.add('d/2');

    const failures = await driver.deleteAll(keys);

    expect([...failures]).toEqual([[keys[1], expect.any(StorageUnavailableError)]]);
    expect([...server.bucket.objects.keys()]).toEqual(['d/2']);
    await expect(driver.deleteAll(keys.slice(1))).rejects.toThrow(StorageUnavailableError);
  });

  it('is passed over when its name is no key', async () => {
    const driver = open();
    await driver.put(key, chunks('x'));
    for (const name of ['cam/', 'cam/../x', 'a\\b']) {
      server.bucket.put(
        name,
        { contentType: 'text/plain', meta: {} },
        { bytes: Buffer.from(''), sizeBytes: 0, md5: '' },
        false,
      );
    }

    expect(await keysOf(driver.walk())).toEqual([key]);
  });

  it('has its checksums', async () => {
    const bytes = randomBytes(1000);
    await open().put(key, cut(bytes, 300), { checksums: { md5: md5Of(bytes) } });

    await expect(open().head(key)).resolves.toMatchObject({
      sizeBytes: 1000,
      checksums: { md5: md5Of(bytes), crc64: server.bucket.objects.get(key)?.crc64 },
    });
  });

  it('is not stored when it is not what its checksum says', async () => {
    const put = open().put(key, chunks('damaged'), { checksums: { md5: md5Of(Buffer.from('whole')) } });

    await expect(put).rejects.toThrow('its checksum differs');
    expect(server.bucket.objects.size).toBe(0);
  });

  it('is not taken for stored when OSS has other bytes', async () => {
    const { bucket } = server;
    const keep = bucket.put.bind(bucket);
    bucket.put = (...given) => ({ ...keep(...given), crc64: '1' });

    await expect(open().put(key, chunks('media'))).rejects.toThrow(StorageUnavailableError);
  });

  it.each([4, 6])('is not stored with 5 bytes instead of %i', async (sizeBytes) => {
    const inParts = new OssStorageDriver(server.config, { ...small, blockBytes: 2 });

    for (const driver of [open(), inParts]) {
      await expect(driver.put(key, chunks('media'), { sizeBytes })).rejects.toThrow(RangeError);
    }
    expect(server.bucket.objects.size).toBe(0);
  });

  it('is broken off when it stalls', async () => {
    const driver = new OssStorageDriver(server.config, { ...small, stallMs: 100 });
    await driver.put(key, chunks('media'));
    server.stallsAfterBytes = 3;

    await expect(text(await driver.get(key))).rejects.toThrow(TimeLimitError);
  });
});

describe('a large object in OSS', () => {
  const bytes = randomBytes(350 * KIB);
  const pieceBytes = 33_333;
  const pieces = () => cut(bytes, pieceBytes);
  const driver = () => new OssStorageDriver(server.config, small);

  it('goes in parts, and is read back whole and in ranges', async () => {
    await expect(driver().put(key, pieces(), { contentType: 'video/mp4' })).resolves.toEqual({
      key,
      sizeBytes: bytes.length,
    });

    expect(server.requests.map((request) => request.replace(/uploadId=\w+/, 'uploadId=U'))).toEqual([
      `POST ${key}?uploads=`,
      ...[1, 2, 3, 4].map((number) => `PUT ${key}?partNumber=${number}&uploadId=U`),
      `POST ${key}?uploadId=U`,
    ]);
    expect(server.bucket.objects.get(key)?.kept.contentType).toBe('video/mp4');
    expect((await buffer(await driver().get(key))).equals(bytes)).toBe(true);
    const range: ByteRange = { start: 102_399, end: 204_800 };
    expect((await buffer(await driver().get(key, range))).equals(bytes.subarray(102_399, 204_801))).toBe(true);
    const facts = await driver().head(key);
    expect(facts).toMatchObject({ sizeBytes: bytes.length, checksums: { md5: undefined } });
    expect(facts?.checksums.crc64).toMatch(/^\d+$/);
  });

  it('goes in one when it is just one block, and in two when it has a byte more', async () => {
    await driver().put(key, cut(bytes.subarray(0, small.blockBytes), 7000));
    expect(server.requests).toEqual([`PUT ${key}`]);

    await driver().put(key, cut(bytes.subarray(0, small.blockBytes + 1), 7000));
    expect(server.requests).toHaveLength(5);
  });

  it('is taken from its source no faster than OSS takes it', async () => {
    let furthestAhead = 0;
    const watched = async function* () {
      let given = 0;
      for await (const piece of pieces()) {
        const [upload] = server.bucket.uploads.values();
        const arrived = [...(upload?.parts.values() ?? [])].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
        furthestAhead = Math.max(furthestAhead, given - arrived);
        given += piece.length;
        yield piece;
      }
    };

    await driver().put(key, watched());

    expect(furthestAhead).toBeLessThan(small.blockBytes + 2 * pieceBytes);
  });

  it.each([
    ['at once', () => (server.refusal = new OssRefusal(403, 'AccessDenied', ''))],
    ['in the middle', () => (server.bucket.putPart = refusePart)],
  ])('lets go of its source when it is refused %s', async (_when, refuse) => {
    let isOpen = true;
    const watched = async function* () {
      try {
        yield* pieces();
      } finally {
        isOpen = false;
      }
    };
    refuse();

    await expect(driver().put(key, watched())).rejects.toThrow(StorageUnavailableError);
    expect(isOpen).toBe(false);
    expect(server.bucket.uploads.size).toBe(0);
  });

  it('leaves nothing behind when it breaks off', async () => {
    await expect(driver().put(key, breakingOff(pieces()))).rejects.toThrow('broke off');

    expect(server.bucket.objects.size).toBe(0);
    expect(server.bucket.uploads.size).toBe(0);
  });

  it('replaces none when it must not', async () => {
    await driver().put(key, chunks('first'));

    await expect(driver().put(key, pieces(), { onlyIfAbsent: true })).rejects.toThrow(ObjectExistsError);
    expect(await text(await driver().get(key))).toBe('first');
  });

  it('replaces none that came while it was on its way', async () => {
    const late = async function* () {
      yield* pieces();
      await driver().put(key, chunks('first'));
    };

    await expect(driver().put(key, late(), { onlyIfAbsent: true })).rejects.toThrow(ObjectExistsError);
    expect(await text(await driver().get(key))).toBe('first');
    expect(server.bucket.uploads.size).toBe(0);
  });

  it('is read no faster than its reader takes it, and is let be however long that takes', async () => {
    const large = randomBytes(16 * KIB * KIB);
    await open().put(key, cut(large, KIB * KIB));
    const body = await driver().get(key);
    const hash = createHash('md5');
    await pause(3 * small.stallMs);

    expect(body.readableLength).toBeLessThan(KIB * KIB);
    for await (const chunk of body) hash.update(chunk as Buffer);
    expect(hash.digest('hex')).toBe(md5Of(large));
  });
});

describe('signed URLs of OSS', () => {
  it.each([undefined, 'a+token/of=STS'])(
    'read and write without credentials, with the token %s',
    async (securityToken) => {
      await using temporary = await startOssServer({
        credentials: { accessKeyId: 'STS.Key', accessKeySecret: 'secret', securityToken },
      });
      const driver = ossStorage.create({ ...temporary.config, root: 'Straße 7/a+b' });
      const put = await driver.presign({ method: 'PUT', key, lifetimeSeconds: 60 });
      const get = await driver.presign({ method: 'GET', key, lifetimeSeconds: 60 });

      expect(await statusOf(get.url)).toBe(404);
      expect(await statusOf(put.url, { method: 'PUT', headers: put.headers, body: 'media' })).toBe(200);
      expect(await (await fetch(get.url, { headers: { Range: 'bytes=1-3' } })).text()).toBe('edi');
      expect(await statusOf(get.url, { method: 'PUT', body: 'other' })).toBe(403);
      expect(await statusOf(get.url.replace('seg_0001', 'seg_0002'))).toBe(403);
      temporary.clock = () => new Date(Date.now() + 62_000);
      expect(await statusOf(get.url)).toBe(403);
    },
  );
});

describe('what keeps OSS from answering', () => {
  const secrets = { accessKeySecret: 'very-secret-secret', securityToken: 'very-secret-token' };

  it('works with a temporary key', async () => {
    await using temporary = await startOssServer({
      credentials: { accessKeyId: 'STS.Key', ...secrets },
    });

    await expect(ossStorage.create(temporary.config).probe()).resolves.toBeUndefined();
    expect(temporary.bucket.objects.size).toBe(0);
  });

  it.each<[string, Partial<OssStorageConfig>, string, string]>([
    ['a wrong secret', { accessKeySecret: 'wrong-secret' }, 'credentials-refused', 'the secret does not belong'],
    ['a wrong key', { accessKeyId: 'wrong-key' }, 'credentials-refused', 'does not know the access key'],
    ['no bucket', { bucket: 'not-there' }, 'no-such-bucket', 'no bucket not-there'],
    ['a wrong region', { region: 'oss-cn-other' }, 'failed', 'is not oss-cn-other'],
    ['nobody there', { endpoint: 'http://127.0.0.1:1' }, 'unreachable', 'cannot be reached: ECONNREFUSED'],
    ['no such host', { endpoint: 'http://oss.invalid' }, 'unreachable', 'cannot be reached: '],
  ])('is said: %s', async (_what, changes, fault, reason) => {
    const driver = open({ ...changes });

    for (const work of everything(driver)) {
      const error = await failure(work);
      expect(error).toBeInstanceOf(StorageUnavailableError);
      expect(error).toMatchObject({ fault });
      expect(String(error)).toContain(reason);
    }
  });

  it.each([-16, 16])('is said: a clock that is %i minutes off', async (minutes) => {
    server.clock = () => new Date(Date.now() + minutes * 60_000);

    for (const work of everything(open())) {
      expect(await failure(work)).toMatchObject({ fault: 'clock-skewed' });
    }
  });

  it.each([
    [403, 'AccessDenied', 'You have no right.', 'access-denied'],
    [403, 'AccessDenied', 'The bucket must be addressed using the specified endpoint.', 'no-such-bucket'],
    [403, 'SecurityTokenExpired', 'The security token has expired.', 'credentials-refused'],
    [503, 'ServiceBusy', 'Please slow down.', 'overloaded'],
    [503, 'QpsLimitExceeded', 'Please slow down.', 'overloaded'],
    [500, 'InternalError', 'Please contact the server administrator.', 'failed'],
    [403, 'UserDisable', 'UserDisable', 'failed'],
  ])('is said: %i %s %s', async (status, code, message, fault) => {
    server.refusal = new OssRefusal(status, code, message);

    for (const work of everything(open())) expect(await failure(work)).toMatchObject({ fault });
  });

  it('is said: no answer in time', async () => {
    server.isSilent = true;

    const driver = new OssStorageDriver(server.config, { ...small, answerMs: 100, probeMs: 100 });

    for (const work of everything(driver)) {
      expect(await failure(work)).toMatchObject({ fault: 'unreachable' });
    }
  });

  it('is said: a server that is no OSS', async () => {
    await using other = await listen(createServer((_request, response) => response.end('<html>Welcome!<br></html>')));
    const driver = open({ endpoint: other.url });

    for (const work of [() => driver.put(key, chunks('media')), () => keysOf(driver.walk()), () => driver.probe()]) {
      expect(await failure(work)).toMatchObject({ fault: 'failed' });
    }
  });

  it('is said: an object that is taken and not kept', async () => {
    server.bucket.find = () => {
      throw new OssRefusal(404, 'NoSuchKey', 'The specified key does not exist.');
    };

    await expect(open().probe()).rejects.toThrow('has taken an object and does not have it');
  });

  it('is said without a secret, a token or a signature', async () => {
    const refusals = [
      undefined,
      new OssRefusal(403, 'SignatureDoesNotMatch', secrets.accessKeySecret, `<X>${secrets.securityToken}</X>`),
      new OssRefusal(500, secrets.securityToken, secrets.accessKeySecret),
      new OssRefusal(400, `no XML > ${secrets.securityToken} <`, secrets.accessKeySecret),
    ];
    for (const refusal of refusals) {
      server.refusal = refusal;
      for (const endpoint of [server.endpoint, 'http://127.0.0.1:1']) {
        for (const work of everything(open({ ...secrets, endpoint }))) {
          const error = await failure(work);
          expect(error).toBeInstanceOf(StorageUnavailableError);
          expect(inspect(error, { depth: Infinity, showHidden: true })).not.toMatch(
            /very-secret|Signature=|Credential=/,
          );
        }
      }
    }
  });
});

/** Every way to use a driver that asks OSS something. */
function everything(driver: StorageDriver): (() => Promise<unknown>)[] {
  return [
    () => driver.put(key, chunks('media')),
    () => driver.put(key, chunks('media'), { onlyIfAbsent: true }),
    () => driver.get(key),
    () => driver.get(key, { start: 0, end: 1 }),
    () => driver.head(key),
    () => keysOf(driver.list(key)),
    () => keysOf(driver.walk()),
    () => driver.delete(key),
    () => driver.deleteAll([key]),
    () => driver.probe(),
  ];
}

async function failure(work: () => Promise<unknown>): Promise<unknown> {
  return work().then(
    () => 'nothing failed',
    (error: unknown) => error,
  );
}

async function statusOf(url: string, init?: RequestInit): Promise<number> {
  const response = await fetch(url, init);
  await response.arrayBuffer();
  return response.status;
}

function refusePart(): never {
  throw new OssRefusal(500, 'InternalError', 'Please contact the server administrator.');
}

function md5Of(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

// eslint-disable-next-line @typescript-eslint/require-await -- bodies are asynchronous, this one is all here
async function* cut(bytes: Buffer, pieceBytes: number): AsyncIterable<Uint8Array> {
  for (let start = 0; start < bytes.length; start += pieceBytes) yield bytes.subarray(start, start + pieceBytes);
}

async function* breakingOff(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  yield* body;
  throw new Error('broke off');
}
