import { makeMedia } from '../support/media.js';
import { problem } from '../support/problem.js';
import { Publisher } from '../support/publisher.js';
import { StoredRecording, isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

interface Started {
  readonly id: string;
  readonly record_id: string;
  readonly record_dir: string;
  readonly mpd_path: string;
}

const withFfmpeg = itWith('ffmpeg');
const JSON_BODY = { 'content-type': 'application/json' };

describe('the recorder over HTTP', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({ env: { AIRCHECK_RECORDER_AUTO_STREAMS: 'auto-*' } });
  });

  afterAll(() => server[Symbol.asyncDispose]());

  const publish = async (stream: string): Promise<Publisher> =>
    Publisher.start('datachannel', {
      urls: [server.url(`/whip/${stream}`)],
      media: await makeMedia({ seconds: 10 }),
      loops: 6,
      quiet: true,
    });

  const start = (stream: string, body: object): Promise<Response> =>
    fetch(server.url(`/api/record/${stream}`), { method: 'POST', headers: JSON_BODY, body: JSON.stringify(body) });

  const today = (): string => new Date().toISOString().slice(0, 10).replaceAll('-', '/');

  it('does not record what nobody sends', async () => {
    expect(await problem(await start('nobody', {}))).toMatchObject({ status: 404, code: 'stream-not-found' });
    expect(await server.get('/api/record/nobody')).toEqual({ recording: false });
    expect((await fetch(server.url('/api/record/nobody'), { method: 'DELETE' })).status).toBe(200);
    expect(await server.get('/api/playback/nobody')).toEqual([]);
  });

  withFfmpeg('records on demand from the next key frame on, and stops at once', async () => {
    await using _publisher = await publish('manual');
    expect(await server.get('/api/record/manual')).toEqual({ recording: false });

    const started = await server.post<Started>('/api/record/manual', {});
    expect(started).toMatchObject({
      id: 'manual',
      record_dir: `manual/${today()}`,
      mpd_path: `manual/${today()}/manifest.mpd`,
    });
    expect(Math.abs(Number(started.record_id) - Date.now() / 1000)).toBeLessThan(5);
    expect(await server.post('/api/record/manual', {})).toEqual(started);
    await pause(5000);
    const stopped = await fetch(server.url('/api/record/manual'), { method: 'DELETE' });

    expect(stopped.status).toBe(200);
    expect(await server.get('/api/record/manual')).toEqual({ recording: false });
    const recording = await StoredRecording.of(server, 'manual');
    expect(await recording.text('manifest.mpd')).toContain('type="static"');
    expect((await recording.samples('video'))[0]?.isKeyframe).toBe(true);
    expect(recording.entry.duration_ms).toBeGreaterThan(1000);
  });

  withFfmpeg('does not start again by itself while the publisher goes on after a stop', async () => {
    await using _publisher = await publish('auto-stopped');
    await until(
      async () => (await server.get<{ recording: boolean }>('/api/record/auto-stopped')).recording,
      'the server knows that the publisher is connected',
    );
    await fetch(server.url('/api/record/auto-stopped'), { method: 'DELETE' });

    await pause(2000);

    expect(await server.get('/api/record/auto-stopped')).toEqual({ recording: false });
  });

  withFfmpeg('records into a folder of the caller, which belongs to that stream for good', async () => {
    await using _one = await publish('one');
    await using _two = await publish('two');

    const started = await server.post<Started>('/api/record/one', { base_dir: 'events/opening' });
    expect(started).toMatchObject({ record_dir: 'events/opening', mpd_path: 'events/opening/manifest.mpd' });
    for (const baseDir of ['events/opening', 'one', `one/${today()}`]) {
      expect(await problem(await start('two', { base_dir: baseDir }))).toMatchObject({
        status: 409,
        code: 'base-dir-taken',
      });
    }
    const moved = await server.post<Started>('/api/record/one', { base_dir: 'events/closing' });

    expect(moved.mpd_path).toBe('events/closing/manifest.mpd');
    await until(
      async () => (await fetch(server.url('/api/record/object/events/closing/manifest.mpd'))).ok,
      'the second recording is there',
    );
  });

  withFfmpeg('lists what was recorded', async () => {
    {
      await using publisher = await publish('auto-listed');
      await pause(2500);
      await publisher.end();
    }
    await until(() => isFinished(server, 'auto-listed'), 'the recording is finished');

    expect(await server.get<string[]>('/api/playback')).toContain('auto-listed');
    const [year, month, day] = today().split('/').map(Number);
    const [entry] = await server.get<Record<string, unknown>[]>('/api/playback/auto-listed');
    expect(entry).toMatchObject({ year, month, day, mpd_path: `auto-listed/${today()}/manifest.mpd` });
    expect(typeof entry?.['record']).toBe('string');
    expect(entry?.['duration_ms']).toBeGreaterThan(2000);
  });

  it.each(['../up', '/absolute', 'a/../b', 'a//b', 'a\u0000b', 'x'.repeat(256), 'a\\..\\b', '.', ''])(
    'refuses the folder %j',
    async (baseDir) => {
      const { status } = await problem(await start('nobody', { base_dir: baseDir }));

      expect(status).toBe(400);
    },
  );

  it.each([
    ['no JSON', '{', JSON_BODY, 400],
    ['a wrong shape', '{"base_dir": 7}', JSON_BODY, 400],
    ['another content type', 'base_dir=x', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
  ])('refuses %s as a start request', async (_what, body, headers, status) => {
    const response = await fetch(server.url('/api/record/nobody'), { method: 'POST', headers, body });

    expect((await problem(response)).status).toBe(status);
  });
});

describe('objects of recordings over HTTP', () => {
  let server: TestServer;
  let recording: StoredRecording;
  const object = (name: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> =>
    fetch(server.url(`/api/record/object/${recording.entry.mpd_path.replace('manifest.mpd', name)}`), {
      method,
      headers,
    });

  withFfmpeg('are recorded first', async () => {
    server = await TestServer.start();
    await using publisher = await Publisher.start('datachannel', {
      urls: [server.url('/whip/cam')],
      media: await makeMedia({ seconds: 5 }),
      quiet: true,
    });
    await publisher.ended();
    await until(() => isFinished(server, 'cam'), 'the recording is finished');
    recording = await StoredRecording.of(server, 'cam');
    expect(await recording.segmentNames('video')).not.toEqual([]);
  });

  withFfmpeg.each([
    ['manifest.mpd', 'application/dash+xml'],
    ['index.m3u8', 'application/vnd.apple.mpegurl'],
    ['video.m3u8', 'application/vnd.apple.mpegurl'],
    ['init.m4s', 'video/mp4'],
    ['seg_0001.m4s', 'video/mp4'],
    ['audio_seg_0001.m4s', 'audio/mp4'],
  ])('have their type: %s', async (name, type) => {
    const response = await object(name);

    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain(type);
    expect(response.headers.get('etag')).toMatch(/^(?:W\/)?"[^"]+"$/);
  });

  withFfmpeg('are given in ranges', async () => {
    const whole = Buffer.from(await (await object('seg_0001.m4s')).arrayBuffer());

    const middle = await object('seg_0001.m4s', { range: 'bytes=10-19' });
    const tail = await object('seg_0001.m4s', { range: 'bytes=-7' });
    const beyond = await object('seg_0001.m4s', { range: `bytes=${whole.length}-` });

    expect(middle.status).toBe(206);
    expect(middle.headers.get('content-range')).toBe(`bytes 10-19/${whole.length}`);
    expect(Buffer.from(await middle.arrayBuffer())).toEqual(whole.subarray(10, 20));
    expect(Buffer.from(await tail.arrayBuffer())).toEqual(whole.subarray(-7));
    expect((await problem(beyond)).status).toBe(416);
  });

  withFfmpeg('answer HEAD and If-None-Match without a body', async () => {
    const head = await object('seg_0001.m4s', {}, 'HEAD');
    const again = await object('seg_0001.m4s', { 'if-none-match': head.headers.get('etag') ?? '' });

    expect(head.status).toBe(200);
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(1000);
    expect(again.status).toBe(304);
  });

  withFfmpeg.each([
    '../../../../etc/passwd',
    '%2e%2e/%2e%2e/%2e%2e/%2e%2e/aircheck.db',
    '%252e%252e/aircheck.db',
    '..%5c..%5caircheck.db',
    '%2fetc%2fpasswd',
    'cam/a%00b',
    `cam/${'x'.repeat(1100)}`,
  ])('are never outside the storage: %s', async (key) => {
    const { hostname, port } = new URL(server.url('/'));
    const { request } = await import('node:http');
    const status = await new Promise<number | undefined>((done, failed) => {
      request({ hostname, port, path: `/api/record/object/${key}` }, (response) => {
        response.resume();
        done(response.statusCode);
      })
        .on('error', failed)
        .end();
    });

    expect([400, 404]).toContain(status);
    if (!key.includes('%252e')) expect(status).toBe(400);
  });

  withFfmpeg('are unknown when nobody recorded them', async () => {
    expect(await problem(await object('seg_9999.m4s'))).toMatchObject({ status: 404 });
  });

  afterAll(() => server[Symbol.asyncDispose]());
});
