import { createHash } from 'node:crypto';
import { createServer as createHttpServer, request, type IncomingHttpHeaders, type Server } from 'node:http';
import { buffer, text } from 'node:stream/consumers';
import type { S3StorageConfig } from '../../src/config/index.js';
import type { S3Limits } from '../../src/modules/storage/drivers/s3/open-s3-client.js';
import { S3StorageDriver } from '../../src/modules/storage/drivers/s3.driver.js';
import { parseObjectKey, type ObjectKey } from '../../src/modules/storage/ports/object-key.js';
import { ObjectExistsError } from '../../src/modules/storage/storage.errors.js';
import { chunks, generated } from '../support/bodies.js';
import { listen } from '../support/listening.js';
import { keysOf } from '../support/object-keys.js';
import { S3Server } from '../support/s3-server.js';
import { describeWith } from '../support/tools.js';

const MIB = 1024 * 1024;
const key = parseObjectKey('cam/2026/11/20/seg_0001.m4s');

describeWith('minio')('S3 storage', () => {
  let server: S3Server;
  let cases = 0;
  let root: string;

  beforeAll(async () => {
    server = await S3Server.start();
  });

  beforeEach(() => {
    cases += 1;
    root = `case-${cases}`;
  });

  afterAll(() => server[Symbol.asyncDispose]());

  const open = (changes: Partial<S3StorageConfig> = {}, limits: Partial<S3Limits> = {}) =>
    new S3StorageDriver(server.storage({ root, ...changes }), limits);
  describe('a large object', () => {
    it('goes in parts, read once and never whole in memory', async () => {
      const driver = open();
      const sizeBytes = 192 * MIB;
      await driver.put(parseObjectKey('warm'), generated(24 * MIB));
      const before = process.memoryUsage().rss;
      let peak = before;
      const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 5);

      const hash = createHash('sha256');
      const stored = await driver.put(key, generated(sizeBytes, hash), { sizeBytes });
      clearInterval(watch);

      expect(stored).toEqual({ key, sizeBytes });
      // What Jest itself comes to need, and what nobody has collected yet, counts too: bench/large-objects.ts has figures.
      expect(peak - before).toBeLessThan(0.75 * sizeBytes);
      const read = createHash('sha256');
      for await (const chunk of await driver.get(key)) read.update(chunk as Buffer);
      expect(read.digest('hex')).toBe(hash.digest('hex'));
      await expect(driver.head(key)).resolves.toMatchObject({
        sizeBytes,
        checksums: { md5: undefined, sha256: undefined },
      });
    });

    it('leaves neither object nor parts when its body breaks off', async () => {
      const breaking = async function* (): AsyncIterable<Uint8Array> {
        yield* generated(20 * MIB);
        throw new Error('broke off');
      };

      await expect(open().put(key, breaking())).rejects.toThrow('broke off');

      expect(await server.objectKeys()).not.toContain(`${root}/${key}`);
      expect(await server.unfinishedKeys(`${root}/${key}`)).toEqual([]);
    });

    it('is not stored when its body has another length than was said', async () => {
      for (const sizeBytes of [21 * MIB, 19 * MIB, 1]) {
        await expect(open().put(key, generated(20 * MIB), { sizeBytes })).rejects.toThrow(RangeError);
      }

      await expect(open().head(key)).resolves.toBeUndefined();
      expect(await server.unfinishedKeys(`${root}/${key}`)).toEqual([]);
    });

    it('does not replace one that was to be absent', async () => {
      await open().put(key, generated(9 * MIB), { onlyIfAbsent: true });

      await expect(open().put(key, generated(10 * MIB), { onlyIfAbsent: true })).rejects.toThrow(ObjectExistsError);

      await expect(open().head(key)).resolves.toMatchObject({ sizeBytes: 9 * MIB });
    });
  });

  it('lets one of many win that come at a time for the same absent object', async () => {
    const names = ['one', 'two', 'three', 'four'];
    const results = await Promise.allSettled(
      names.map((name) => open().put(key, chunks(name), { onlyIfAbsent: true })),
    );

    const winner = results.findIndex(({ status }) => status === 'fulfilled');
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await server.readObject(`${root}/${key}`)).toString()).toBe(names[winner]);
  });

  it('does without the condition where the store knows none, from the second try on', async () => {
    await using simple = await listen(withoutConditions(server.port));
    const driver = open({ endpoint: simple.url });

    await expect(driver.put(key, chunks('one'), { onlyIfAbsent: true })).rejects.toMatchObject({ fault: 'failed' });
    await driver.put(key, chunks('one'), { onlyIfAbsent: true });

    await expect(driver.put(key, chunks('two'), { onlyIfAbsent: true })).rejects.toThrow(ObjectExistsError);
  });

  describe.each(['auto', 'supported', 'required'] as const)('with checksums %s', (checksum) => {
    const md5 = createHash('md5').update('media').digest('hex');
    const sha256 = createHash('sha256').update('media').digest('hex');

    it('says what it has', async () => {
      const driver = open({ checksum });

      await driver.put(key, chunks('med', 'ia'), {
        sizeBytes: 5,
        contentType: 'video/mp4',
        checksums: { md5, sha256 },
      });

      const reckoned = { md5, sha256: checksum === 'supported' ? sha256 : undefined };
      await expect(driver.head(key)).resolves.toMatchObject({ sizeBytes: 5, checksums: reckoned });
      expect((await buffer(await driver.get(key))).toString()).toBe('media');
      await driver.deleteAll([key]);
      await expect(driver.head(key)).resolves.toBeUndefined();
    });

    it.each([{ md5 }, { sha256 }])('does not take other bytes than %j promises', async (checksums) => {
      await expect(open({ checksum }).put(key, chunks('other'), { checksums })).rejects.toMatchObject({
        fault: 'failed',
        message: expect.stringContaining('other bytes than were promised came to') as string,
      });

      await expect(open({ checksum }).head(key)).resolves.toBeUndefined();
    });
  });

  it('asks the bucket for its region when none is set', async () => {
    const asked: string[] = [];
    await using elsewhere = await listen(
      createHttpServer((incoming, response) => {
        asked.push(`${incoming.method} ${incoming.url}`);
        response.writeHead(403, { 'x-amz-bucket-region': 'eu-central-1' }).end();
      }),
    );
    const input = { method: 'GET', key, lifetimeSeconds: 60 } as const;
    const driver = open({ region: undefined, endpoint: elsewhere.url });

    const { url } = await driver.presign(input);
    await driver.presign(input);

    expect(decodeURIComponent(url)).toContain('/eu-central-1/s3/aws4_request');
    expect(asked).toEqual(['HEAD /recordings']);
    await open({ region: undefined }).probe();
  });

  it('puts the bucket into the path or into the name of the host', async () => {
    const changes = { endpoint: 'https://s3.example.org' };
    const input = { method: 'GET', key, lifetimeSeconds: 60 } as const;

    const inPath = await open(changes).presign(input);
    const inHost = await open({ ...changes, isVirtualHostStyle: true }).presign(input);

    expect(inPath.url).toContain(`https://s3.example.org/recordings/${root}/cam/`);
    expect(inHost.url).toContain(`https://recordings.s3.example.org/${root}/cam/`);
  });

  describe('a signed URL', () => {
    it('gives an object and ranges of it to whoever has it', async () => {
      await open().put(key, chunks('0123456789'));

      const { url, headers } = await open().presign({ method: 'GET', key, lifetimeSeconds: 60 });

      expect(await (await fetch(url, { headers })).text()).toBe('0123456789');
      const part = await fetch(url, { headers: { ...headers, range: 'bytes=2-5' } });
      expect([part.status, await part.text()]).toEqual([206, '2345']);
    });

    it.each(['supported', 'required'] as const)('takes an object, with checksums %s', async (checksum) => {
      const { url, headers } = await open({ checksum }).presign({ method: 'PUT', key, lifetimeSeconds: 60 });

      expect(await fetch(url, { method: 'PUT', body: 'media', headers })).toMatchObject({ status: 200 });
      expect((await server.readObject(`${root}/${key}`)).toString()).toBe('media');
    });

    it('is good for its key and method only, and for its time', async () => {
      await open().put(key, chunks('x'));
      const { url } = await open().presign({ method: 'GET', key, lifetimeSeconds: 1 });

      expect((await fetch(url.replace('seg_0001', 'seg_0002'))).status).toBe(403);
      expect((await fetch(url, { method: 'DELETE' })).status).toBe(403);
      await new Promise((done) => setTimeout(done, 2_100));
      expect((await fetch(url)).status).toBe(403);
    });
  });

  it('lists, walks and deletes page by page', async () => {
    const driver = open({}, { pageSize: 2 });
    const keys = ['d/1', 'd/2', 'd/3', 'd/4', 'd/5', 'd/e/6', 'f'].map(parseObjectKey);
    for (const each of keys) await driver.put(each, chunks('x'));

    expect(await keysOf(driver.list(parseObjectKey('d')))).toEqual(keys.slice(0, 5));
    expect(await keysOf(driver.walk())).toEqual(keys);
    await driver.deleteAll(keys.slice(0, 5));
    expect(await keysOf(driver.walk())).toEqual(keys.slice(5));
  });

  it('deletes with a checksum that every store knows, and sees when one of many was refused', async () => {
    let seen: IncomingHttpHeaders = {};
    await using simple = await listen(
      createHttpServer((incoming, response) => {
        seen = incoming.headers;
        response.end('<DeleteResult><Error><Key>x</Key><Code>AccessDenied</Code></Error></DeleteResult>');
      }),
    );

    await expect(open({ endpoint: simple.url }).deleteAll([key])).rejects.toMatchObject({ fault: 'access-denied' });

    expect(seen['content-md5']).toMatch(/^[\w+/]{22}==$/);
    expect(Object.keys(seen).filter((name) => name.includes('checksum'))).toEqual([]);
  });

  it('says of many which were refused', async () => {
    const [first, second] = ['d/1', 'd/2'].map(parseObjectKey);
    await using simple = await listen(
      createHttpServer((incoming, response) => {
        void text(incoming).then((request) => {
          const [name] = /<Key>[^<]*2<\/Key>/.exec(request) ?? [];
          response.end(`<DeleteResult><Error>${String(name)}<Code>AccessDenied</Code></Error></DeleteResult>`);
        });
      }),
    );

    const failures = await open({ endpoint: simple.url }).deleteAll([first, second] as ObjectKey[]);

    expect([...failures]).toEqual([[second, expect.objectContaining({ fault: 'access-denied' })]]);
  });

  it('keeps to its prefix, and to what keys can name', async () => {
    const names = ['outside', `${root}2/x`, `${root}/d/`, `${root}/d/.x.partial`, `${root}/d/%2e%2e`, `${root}/d/in`];
    for (const name of names) await server.writeObject(name, Buffer.from('x'));

    expect(await keysOf(open().walk())).toEqual(['d/in']);
    expect(await keysOf(open().list(parseObjectKey('d')))).toEqual(['d/in']);
  });

  it('keeps names that URLs and XML have other words for', async () => {
    const odd = parseObjectKey('d/ä +%&<>"\'?#=:@,;~*()[]{}|^`$!.m4s');
    await open().put(odd, chunks('x'));

    expect(await keysOf(open().list(parseObjectKey('d')))).toEqual([odd]);
    const { url } = await open().presign({ method: 'GET', key: odd, lifetimeSeconds: 60 });
    expect(await (await fetch(url)).text()).toBe('x');
    await open().deleteAll([odd]);
    expect(await keysOf(open().walk())).toEqual([]);
  });
});

/** Before the store: one that refuses If-None-Match as simpler stores do. */
function withoutConditions(port: number): Server {
  return createHttpServer((incoming, response) => {
    if (incoming.headers['if-none-match'] !== undefined) {
      response.writeHead(501).end('<Error><Code>NotImplemented</Code></Error>');
      return;
    }
    const { method, url: path, headers } = incoming;
    const outgoing = request({ port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(outgoing);
  });
}
