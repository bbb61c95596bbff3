import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { S3StorageConfig } from '../../src/config/index.js';
import type { S3Limits } from '../../src/modules/storage/drivers/s3/open-s3-client.js';
import { S3StorageDriver } from '../../src/modules/storage/drivers/s3.driver.js';
import { parseObjectKey } from '../../src/modules/storage/ports/object-key.js';
import { chunks } from '../support/bodies.js';
import '../support/errors-of-node.js';
import { listen } from '../support/listening.js';
import { keysOf } from '../support/object-keys.js';
import { S3Server } from '../support/s3-server.js';
import { describeWith } from '../support/tools.js';
import { until } from '../support/wait.js';

const key = parseObjectKey('cam/2026/11/20/seg_0001.m4s');

describeWith('minio')('S3 storage that does not work', () => {
  let server: S3Server;

  beforeAll(async () => {
    server = await S3Server.start();
  });

  afterAll(() => server[Symbol.asyncDispose]());

  const open = (changes: Partial<S3StorageConfig> = {}, limits: Partial<S3Limits> = {}) =>
    new S3StorageDriver(server.storage(changes), limits);
  const credentials = (accessKeyId: string, secretAccessKey: string, sessionToken?: string) => ({
    credentials: { accessKeyId, secretAccessKey, sessionToken },
  });

  describe('what is wrong', () => {
    /** Whatever is done with the store says the same. */
    async function everyDeed(driver: S3StorageDriver): Promise<PromiseSettledResult<unknown>[]> {
      return Promise.allSettled([
        driver.put(key, chunks('x')),
        driver.put(key, chunks('x'), { onlyIfAbsent: true }),
        driver.get(key),
        driver.head(key),
        keysOf(driver.list(key)),
        keysOf(driver.walk()),
        driver.delete(key),
        driver.deleteAll([key]),
        driver.probe(),
      ]);
    }

    it.each<[string, string, string, () => Partial<S3StorageConfig>]>([
      [
        'a wrong key',
        'credentials-refused',
        'HOST does not know the access key (InvalidAccessKeyId).',
        () => credentials('unknown-access', server.secretAccessKey),
      ],
      [
        'a wrong secret',
        'credentials-refused',
        'the secret does not belong to the access key, says HOST (SignatureDoesNotMatch).',
        () => credentials(server.accessKeyId, 'unknown-secret'),
      ],
      [
        'a wrong session token',
        'credentials-refused',
        'HOST refuses the session token (InvalidTokenId).',
        () => credentials(server.accessKeyId, server.secretAccessKey, 'unknown-token'),
      ],
      [
        'no bucket',
        'no-such-bucket',
        'there is no bucket nowhere at HOST (NoSuchBucket).',
        () => ({ bucket: 'nowhere' }),
      ],
    ])('is said of %s', async (_what, fault, sentence, changes) => {
      const results = await everyDeed(open(changes()));

      const reason = sentence.replace('HOST', new URL(server.endpoint).host);
      const refusal = { fault, message: `The storage does not work: ${reason}`, kind: 'unavailable' };
      for (const result of results) expect(result).toMatchObject({ status: 'rejected', reason: refusal });
    });

    it('is said of what is not allowed', async () => {
      const nobody = open({ credentials: undefined, isConfigLoadDisabled: true });

      for (const result of await everyDeed(nobody))
        expect(result).toMatchObject({ reason: { fault: 'access-denied' } });
      await expect(nobody.put(key, chunks('x'))).rejects.toThrow(
        /: it is not allowed to write to the bucket recordings at 127\.0\.0\.1:\d+ \(AccessDenied\)\.$/,
      );
      await expect(nobody.presign({ method: 'GET', key, lifetimeSeconds: 60 })).rejects.toMatchObject({
        fault: 'credentials-refused',
      });
    });

    it('is said of a store where nobody listens', async () => {
      await using nobody = await listen(createServer());
      nobody.close();

      for (const region of [server.region, undefined]) {
        const results = await everyDeed(open({ endpoint: nobody.url, region }));
        for (const result of results) {
          const message = `The storage does not work: ${new URL(nobody.url).host} cannot be reached (ECONNREFUSED).`;
          expect(result).toMatchObject({ status: 'rejected', reason: { fault: 'unreachable', message } });
        }
      }
    });

    it('is said of a store that takes a connection and never answers', async () => {
      await using silent = await listen(createServer());

      const results = await everyDeed(open({ endpoint: silent.url }, { silenceMs: 200 }));

      for (const result of results) {
        expect(result).toMatchObject({
          reason: { fault: 'unreachable', message: expect.stringMatching(/in time\.$/) as string },
        });
      }
    });

    it('is said of a store that stops in the middle of an object', async () => {
      await using stopping = await listen(
        createHttpServer((_request, response) => {
          response.writeHead(200, { 'content-length': '10' }).write('01234');
        }),
      );

      const body = await open({ endpoint: stopping.url }, { silenceMs: 200 }).get(key);

      await expect(buffer(body)).rejects.toThrow();
    });

    it.each([
      [503, 'SlowDown', 'overloaded', 2],
      [500, 'InternalError', 'failed', 2],
      [403, 'AccessDenied', 'access-denied', 1],
    ])('is said of a store that answers %d %s, asked no more than need be', async (status, code, fault, requests) => {
      let asked = 0;
      await using refusing = await listen(
        createHttpServer((_request, response) => {
          asked += 1;
          response.writeHead(status).end(`<Error><Code>${code}</Code><Message>No.</Message></Error>`);
        }),
      );

      await expect(open({ endpoint: refusing.url }).put(key, chunks('x'))).rejects.toMatchObject({ fault });

      expect(asked).toBe(requests);
    });

    it('is said of a server that is no store', async () => {
      await using other = await listen(createHttpServer((_request, response) => response.end('Welcome!')));

      await expect(open({ endpoint: other.url }).probe()).rejects.toMatchObject({ fault: 'failed' });
      await expect(open({ endpoint: other.url }).head(key)).rejects.toMatchObject({ fault: 'failed' });
    });

    it('is said of a wrong clock, with which storing goes on', async () => {
      const now = Date.now.bind(Date);
      const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() - 20 * 60_000);
      const driver = open();

      await driver.put(key, chunks('media'), { onlyIfAbsent: true });
      const { url } = await driver.presign({ method: 'GET', key, lifetimeSeconds: 60 });

      expect(await (await fetch(url)).text()).toBe('media');
      await expect(driver.probe()).rejects.toMatchObject({
        fault: 'clock-skewed',
        message: expect.stringMatching(/differ by 20 minutes\.$/) as string,
      });
      clock.mockRestore();
    });

    it('names no secret, nor what was signed', async () => {
      const secrets = ['the-access-key', 'the-secret-key', 'the-token'] as const;
      const wrong = [
        open(credentials(...secrets)),
        open(credentials(server.accessKeyId, 'the-secret-key')),
        open({ ...credentials(...secrets), endpoint: 'http://127.0.0.1:9' }),
        open({ ...credentials(...secrets), bucket: 'nowhere' }),
      ];

      for (const driver of wrong) {
        for (const result of await everyDeed(driver)) {
          if (result.status === 'fulfilled') throw new Error('It was let in.');
          const text = everythingIn(result.reason);
          for (const secret of [...secrets, server.accessKeyId, 'AWS4-HMAC', 'Signature=']) {
            expect(text).not.toContain(secret);
          }
        }
      }
    });
  });

  describe('credentials', () => {
    const names = [
      'AWS_ACCESS_KEY_ID',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_EC2_METADATA_DISABLED',
      'AWS_CONTAINER_CREDENTIALS_FULL_URI',
      'HOME',
    ];
    let before: (string | undefined)[];

    beforeEach(() => {
      before = names.map((name) => process.env[name]);
      Object.assign(process.env, { AWS_EC2_METADATA_DISABLED: 'true', HOME: '/nowhere' });
    });

    afterEach(() => {
      for (const [index, name] of names.entries()) {
        const value = before[index];
        if (value === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = value;
      }
    });

    it('come from the environment when the settings have none', async () => {
      process.env['AWS_ACCESS_KEY_ID'] = server.accessKeyId;
      process.env['AWS_SECRET_ACCESS_KEY'] = server.secretAccessKey;

      await open({ credentials: undefined, isConfigLoadDisabled: false }).probe();
      await expect(open({ credentials: undefined, isConfigLoadDisabled: true }).probe()).rejects.toMatchObject({
        fault: 'access-denied',
      });
    });

    it('are missed where there are none', async () => {
      await expect(open({ credentials: undefined, isConfigLoadDisabled: false }).probe()).rejects.toMatchObject({
        fault: 'credentials-refused',
        message: expect.stringContaining('no access key in the settings') as string,
      });
    });

    it('that expire are fetched again from where they come', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'aircheck-aws-'));
      const keep = (secretAccessKey: string) => {
        const expiration = new Date(Date.now() + 60_000).toISOString();
        const given = { AccessKeyId: server.accessKeyId, SecretAccessKey: secretAccessKey, Expiration: expiration };
        return writeFile(join(folder, 'given.json'), JSON.stringify({ Version: 1, ...given }));
      };
      await writeFile(join(folder, 'config'), `[default]\ncredential_process = cat ${folder}/given.json\n`);
      process.env['AWS_CONFIG_FILE'] = join(folder, 'config');
      const driver = open({ credentials: undefined, isConfigLoadDisabled: false });

      await keep('outdated-secret');
      await expect(driver.probe()).rejects.toThrow('(SignatureDoesNotMatch)');
      await keep(server.secretAccessKey);
      await until(() => driver.probe().then(() => true), 'the new secret is used');
      await rm(folder, { recursive: true });
    });
  });
});

/** All that a log could show of an error. */
function everythingIn(value: unknown, seen = new Set<unknown>()): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (seen.has(value)) return '';
  seen.add(value);
  const names = Object.getOwnPropertyNames(value);
  return names.map((name) => everythingIn((value as Record<string, unknown>)[name], seen)).join('\n');
}
