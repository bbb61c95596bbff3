import { readdir, readFile, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { makeMedia } from '../support/media.js';
import { OssRefusal } from '../support/oss/refusal.js';
import { startOssServer, type OssServer } from '../support/oss-server.js';
import { Publisher } from '../support/publisher.js';
import { isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { describeWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

const ROOT = 'live/one';
const credentials = {
  accessKeyId: 'STS.TestKey',
  accessKeySecret: 'very-secret-secret',
  securityToken: 'very-secret-token',
};

describeWith('ffmpeg')('what a server with a bucket of OSS records', () => {
  let oss: OssServer;
  let server: TestServer;
  let files = new Map<string, Buffer>();

  beforeAll(async () => {
    const media = await makeMedia({ seconds: 10 });
    oss = await startOssServer({ credentials });
    const env = { ...oss.settings, AIRCHECK_RECORDER_STORAGE_ROOT: `/${ROOT}/` };
    server = await TestServer.start({ env: { ...env, AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '1' } });
    await using publisher = await Publisher.start('datachannel', {
      urls: [server.url('/whip/cam')],
      media,
      quiet: true,
    });
    await pause(3000);
    await publisher.end();
    await until(() => isFinished(server, 'cam'), 'the recording is finished');
    await until(async () => missing((files = await spooled(server)), oss).length === 0, 'the bucket has everything');
  }, 90_000);

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await oss[Symbol.asyncDispose]();
  });

  const segment = () => [...files.keys()].find((key) => key.endsWith('/seg_0001.m4s')) ?? '';

  it('is there under its root, each object sent once, with its media type', () => {
    expect(files.size).toBeGreaterThan(5);
    expect(oss.bucket.objects.get(`${ROOT}/${segment()}`)?.kept.contentType).toBe('video/mp4');
    const puts = oss.requests.filter((request) => request.startsWith('PUT ') && request.endsWith('.m4s'));
    expect(new Set(puts).size).toBe(puts.length);
  });

  it('is given out by the server, and by OSS to who is sent there', async () => {
    const key = segment();
    const bytes = files.get(key) ?? Buffer.alloc(0);
    const path = `/api/record/object/${key}`;
    await rm(join(server.folder, 'data/spool', key));

    const whole = await fetch(server.url(path));
    expect(Buffer.from(await whole.arrayBuffer()).equals(bytes)).toBe(true);

    await server.terminate();
    await server.start({ AIRCHECK_PLAYBACK_SIGNED_REDIRECT: 'true' });
    const sent = await fetch(server.url(path), { redirect: 'manual' });
    expect(sent.status).toBe(307);
    const given = await fetch(sent.headers.get('location') ?? '', { headers: { range: 'bytes=10-19' } });
    expect(given.status).toBe(206);
    expect(Buffer.from(await given.arrayBuffer()).equals(bytes.subarray(10, 20))).toBe(true);
  }, 60_000);

  it('can be written by who has a signed URL', async () => {
    const request = { method: 'PUT', path: 'notes/one.json', ttl_seconds: 60 };
    const { url, headers } = await server.post<{ url: string; headers: Record<string, string> }>(
      '/api/storage/presign',
      request,
    );

    expect((await fetch(url, { method: 'PUT', headers, body: '{}' })).status).toBe(200);
    expect(oss.bucket.objects.get(`${ROOT}/notes/one.json`)?.bytes.toString()).toBe('{}');
  });

  it('is told about without a secret when OSS refuses', async () => {
    oss.refusal = new OssRefusal(403, 'SecurityTokenExpired', `The token ${credentials.securityToken} has expired.`);

    const ping = await fetch(server.url('/api/storage/ping'));
    oss.refusal = undefined;

    expect(ping.status).toBe(503);
    expect(await ping.json()).toMatchObject({ fault: 'credentials-refused' });
    expect(server.log).not.toContain('very-secret');
  });
});

async function spooled(server: TestServer): Promise<Map<string, Buffer>> {
  const spool = join(server.folder, 'data/spool');
  const entries = await readdir(spool, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map(({ parentPath, name }) => join(parentPath, name));
  return new Map(
    await Promise.all(
      paths.map(async (path): Promise<[string, Buffer]> => [relative(spool, path), await readFile(path)]),
    ),
  );
}

/** Keys of files that the bucket has not, or not with the same bytes; all of them when there is none. */
function missing(files: ReadonlyMap<string, Buffer>, { bucket }: OssServer): string[] {
  if (files.size === 0) return ['no file'];
  return [...files]
    .filter(([key, bytes]) => bucket.objects.get(`${ROOT}/${key}`)?.bytes.equals(bytes) !== true)
    .map(([key]) => key);
}
