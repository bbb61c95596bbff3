import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ApiDescription, type ApiDocument } from '../support/api-description.js';
import { makeMedia } from '../support/media.js';
import { Publisher } from '../support/publisher.js';
import { isFinished, type PlaybackEntry } from '../support/recording.js';
import { S3Server } from '../support/s3-server.js';
import { TestServer } from '../support/server.js';
import { describeWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

const OBJECT = '/api/record/object/{key}';

/** Media of a server that recorded and uploaded it to MinIO, after its spool was lost. */
describeWith('minio', 'ffmpeg')('a recording whose media only the bucket has', () => {
  let s3: S3Server;
  let server: TestServer;
  let api: ApiDescription;
  /** Directory of the recording. */
  let directory = '';
  const media = new Map<string, Buffer>();

  beforeAll(async () => {
    s3 = await S3Server.start();
    server = await TestServer.start({ env: s3.settings() });
    api = new ApiDescription(await server.get<ApiDocument>('/api-docs-json'));
    const file = await makeMedia({ seconds: 10 });
    await using publisher = await Publisher.start('datachannel', {
      urls: [server.url('/whip/cam')],
      media: file,
      quiet: true,
    });
    await pause(2000);
    await publisher.end();
    await until(() => isFinished(server, 'cam'), 'the recording is finished');
    const [entry] = await server.get<PlaybackEntry[]>('/api/playback/cam');
    directory = dirname(entry?.mpd_path ?? '');
    await until(async () => (await waiting()) === 0, 'everything is uploaded');
    for (const name of ['init.m4s', 'audio_init.m4s', 'seg_0001.m4s', 'audio_seg_0001.m4s']) {
      media.set(name, await readFile(join(server.folder, 'data/spool', directory, name)));
    }
  }, 60_000);

  beforeEach(async () => {
    for (const [name, bytes] of media) {
      const key = `${directory}/${name}`;
      if (!(await s3.objectKeys()).includes(key)) await s3.writeObject(key, bytes);
      await rm(join(server.folder, 'data/spool', key), { force: true });
    }
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await s3[Symbol.asyncDispose]();
  });

  async function waiting(): Promise<number> {
    const { jobs } = await server.get<{ jobs: { pending: { count: number }[] } }>('/api/v1/storage');
    return jobs.pending.reduce((sum, { count }) => sum + count, 0);
  }

  function ask(name: string, init: RequestInit = {}): Promise<Response> {
    return fetch(server.url(`/api/record/object/${directory}/${name}`), { redirect: 'manual', ...init });
  }

  it('is played with the entity tags and types that it always had', async () => {
    for (const [name, bytes] of media) {
      const response = await ask(name);
      expect([response.status, response.headers.get('etag')]).toEqual([200, `"${sha256(bytes)}"`]);
      expect(response.headers.get('content-type')).toBe(name.startsWith('audio_') ? 'audio/mp4' : 'video/mp4');
      expect(sha256(Buffer.from(await response.arrayBuffer()))).toBe(sha256(bytes));
    }
    const part = await ask('seg_0001.m4s', { headers: { range: 'bytes=100-199' } });
    expect(part.status).toBe(206);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(media.get('seg_0001.m4s')?.subarray(100, 200));
  });

  it('is 503 as long as the bucket is away, and no longer', async () => {
    expect(await (await fetch(server.url('/api/storage/ping'))).text()).toBe('ok');
    await s3.stop();

    const away = await ask('seg_0001.m4s');
    expect([away.status, away.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await api.faults('GET', OBJECT, away)).toEqual([]);
    expect((await ask('manifest.mpd')).status).toBe(200);
    const ping = await fetch(server.url('/api/storage/ping'));
    expect(ping.status).toBe(503);
    expect(await ping.clone().json()).toMatchObject({ code: 'storage-unavailable', fault: 'unreachable' });
    expect(await api.faults('GET', '/api/storage/ping', ping)).toEqual([]);

    await s3.start();
    await until(async () => (await ask('seg_0001.m4s')).status === 200, 'the bucket is heard again');
  }, 60_000);

  it('is given by the bucket itself to who is sent there', async () => {
    const name = 'seg_0001.m4s';
    await server.terminate();
    await server.start({ AIRCHECK_PLAYBACK_SIGNED_REDIRECT: 'true' });

    const sent = await ask(name, { headers: { range: 'bytes=0-9' } });

    expect(sent.status).toBe(307);
    expect(await api.faults('GET', OBJECT, sent)).toEqual([]);
    const given = await fetch(sent.headers.get('location') ?? '', { headers: { range: 'bytes=0-9' } });
    expect(given.status).toBe(206);
    expect(Buffer.from(await given.arrayBuffer())).toEqual(media.get(name)?.subarray(0, 10));
    expect((await ask('manifest.mpd')).status).toBe(200);
    await server.terminate();
    await server.start();
  });

  it('is lost when nobody has it', async () => {
    await s3.removeObject(`${directory}/seg_0001.m4s`);

    const lost = await ask('seg_0001.m4s');

    expect(lost.status).toBe(410);
    const { from, to, code } = (await lost.clone().json()) as Record<string, string>;
    expect(code).toBe('object-lost');
    expect(Date.parse(to ?? '')).toBeGreaterThan(Date.parse(from ?? ''));
    expect(await api.faults('GET', OBJECT, lost)).toEqual([]);
    expect((await ask('audio_seg_0001.m4s')).status).toBe(200);
  });

  it('starts without its bucket, says what is wrong, and says it again when it is asked', async () => {
    await using other = await TestServer.start({
      env: { ...s3.settings(), AIRCHECK_RECORDER_STORAGE_BUCKET: 'not-there' },
    });

    await until(() => other.log.includes('no-such-bucket'), 'the log says what is wrong');
    const ping = await fetch(other.url('/api/storage/ping'));

    expect(other.log).toContain('recorder.storage: ');
    expect(other.log).not.toContain(s3.secretAccessKey);
    expect([ping.status, await ping.json()]).toMatchObject([503, { fault: 'no-such-bucket' }]);
  });

  it('has signed URLs, to read and to write', async () => {
    const signed = async (method: string, path: string): Promise<{ url: string; headers: Record<string, string> }> =>
      server.post('/api/storage/presign', { method, path, ttl_seconds: 60 });
    const written = await signed('PUT', 'notes/one.json');
    const put = await fetch(written.url, { method: 'PUT', headers: written.headers, body: '{}' });
    const read = await signed('GET', 'notes/one.json');

    expect(put.status).toBe(200);
    expect(await (await fetch(read.url, { headers: read.headers })).text()).toBe('{}');
    expect((await fetch(read.url.replace('one.json', 'two.json'))).status).toBe(403);
  });
});

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
