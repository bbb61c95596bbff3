import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { decodeErrorsOfPeriods } from '../support/stored-periods.js';
import { makeMedia } from '../support/media.js';
import { Publisher } from '../support/publisher.js';
import { StoredRecording, isFinished, type PlaybackEntry } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { until } from '../support/wait.js';

const TOKEN = 'a-token-of-tests-for-cascades';
const withFfmpeg = itWith('ffmpeg');
const EDGE = { AIRCHECK_CASCADE_ALLOWED_NETWORKS: '127.0.0.1' };

interface Session {
  readonly id: string;
  readonly state: string;
  readonly cascade?: { readonly sourceUrl?: string; readonly targetUrl?: string; readonly sessionUrl?: string };
}

interface StreamRow {
  readonly publish: { readonly sessions: readonly Session[] };
  readonly subscribe: { readonly sessions: readonly Session[] };
}

interface Problem {
  readonly code: string;
  readonly reason?: string;
}

function begin(server: TestServer, stream: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(server.url(`/api/cascade/${stream}`), { method: 'POST', headers, body: JSON.stringify(body) });
}

async function problemOf(response: Response): Promise<Problem & { readonly status: number }> {
  const { code, reason } = (await response.json()) as Problem;
  return { status: response.status, code, ...(reason === undefined ? {} : { reason }) };
}

function publisherOf(row: StreamRow): Session | undefined {
  return row.publish.sessions[0];
}

async function isPublished(server: TestServer, stream: string): Promise<boolean> {
  return publisherOf(await server.get<StreamRow>(`/api/streams/${stream}`))?.state === 'connected';
}

describe('a stream between two servers', () => {
  withFfmpeg('is recorded here as it was sent there, and the other server is told when it ends', async () => {
    await using source = await TestServer.start({ env: { AIRCHECK_AUTH_TOKENS: TOKEN } });
    await using edge = await TestServer.start({ env: EDGE });
    edge.keepSecret(TOKEN);
    const sourceUrl = source.url('/whep/cam');
    const media = await makeMedia({ seconds: 10 });

    expect(await problemOf(await begin(edge, 'cam', { sourceUrl }))).toMatchObject({
      status: 502,
      code: 'cascade-upstream-failed',
      reason: 'it said 401 token-missing',
    });
    const begun = await begin(edge, 'cam', { sourceUrl, token: `Bearer ${TOKEN}`, targetUrl: null });
    expect([begun.status, await begun.text()]).toEqual([200, '']);
    await until(() => isPublished(edge, 'cam'), 'the servers are connected');
    await using publisher = await Publisher.start('datachannel', {
      urls: [source.url('/whip/cam')],
      token: TOKEN,
      media,
    });
    const publishing = publisherOf(await edge.get<StreamRow>('/api/streams/cam'));
    await publisher.ended();
    expect(publishing?.cascade).toEqual({ sourceUrl, sessionUrl: expect.stringContaining('/session/cam/') as string });
    expect(await edge.get('/api/cascade')).toEqual([
      { stream: 'cam', direction: 'pull', url: sourceUrl, state: 'connected' },
    ]);

    const owed = publisher.owed.video;
    await until(async () => (await receivedPackets(edge)) > owed.length, 'all has come');
    expect((await fetch(edge.url('/api/cascade/cam'), { method: 'DELETE' })).status).toBe(204);
    await until(() => isFinished(edge, 'cam'), 'the recording is finished');

    const samples = await (await StoredRecording.of(edge, 'cam')).samples('video');
    expect(samples[0]?.isKeyframe).toBe(true);
    expect(samples.map(({ hash }) => hash)).toEqual(owed);
    expect(await decodeErrorsOfPeriods(edge, 'cam')).toBe('');
    const headers = { authorization: `Bearer ${TOKEN}` };
    await until(async () => {
      const row = (await (await fetch(source.url('/api/streams/cam'), { headers })).json()) as StreamRow;
      return row.subscribe.sessions.every(({ state }) => state === 'closed');
    }, 'the other server knows that it is over');
  });

  withFfmpeg('goes on by itself when the other server was killed and is back', async () => {
    await using source = await TestServer.start();
    await using edge = await TestServer.start({ env: EDGE });
    const address = new URL(source.url('/')).host;
    const media = await makeMedia({ seconds: 60 });
    await using publisher = await Publisher.start('datachannel', {
      urls: [source.url('/whip/cam')],
      media,
      reconnects: true,
    });
    expect((await begin(edge, 'cam', { sourceUrl: source.url('/whep/cam') })).status).toBe(200);
    await until(() => isPublished(edge, 'cam'), 'the servers are connected');
    const first = publisherOf(await edge.get<StreamRow>('/api/streams/cam'))?.id;
    await until(async () => (await storedPictures(edge)) > 0, 'something of it is recorded');

    await source.kill();
    await until(async () => !(await isPublished(edge, 'cam')), 'the loss is seen');
    await source.start({ AIRCHECK_HTTP_LISTEN: address });
    await publisher.move(source.url('/whip/cam'));
    await until(() => isPublished(edge, 'cam'), 'the servers are connected again', 60_000);
    const second = publisherOf(await edge.get<StreamRow>('/api/streams/cam'))?.id;
    const before = await storedPictures(edge);
    await until(async () => (await storedPictures(edge)) > before, 'more of it is recorded', 60_000);
    await publisher.end();
    await fetch(edge.url('/api/cascade/cam'), { method: 'DELETE' });
    await until(() => isFinished(edge, 'cam'), 'the recording is finished');

    expect(second).not.toBe(first);
    const { sessions } = await edge.get<{ sessions: unknown[] }>('/api/v1/sessions?stream=cam');
    expect(sessions).toHaveLength(1);
    expect(await decodeErrorsOfPeriods(edge, 'cam')).toBe('');
    const stored = (await (await StoredRecording.of(edge, 'cam')).samples('video')).map(({ hash }) => hash);
    const sent = publisher.sent.video;
    const places = stored.map((hash) => sent.indexOf(hash));
    expect(places.every((place, index) => place > (places[index - 1] ?? -1))).toBe(true);
  });

  withFfmpeg('goes to another server as it is published here, by the same session of a viewer', async () => {
    await using target = await TestServer.start({ env: { AIRCHECK_AUTH_TOKENS: TOKEN } });
    await using origin = await TestServer.start({ env: EDGE });
    origin.keepSecret(TOKEN);
    const targetUrl = target.url('/whip/copy');
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect(await problemOf(await begin(origin, 'cam', { targetUrl }))).toMatchObject({ code: 'stream-not-found' });
    await using publisher = await Publisher.start('datachannel', {
      urls: [origin.url('/whip/cam')],
      media: await makeMedia({ seconds: 60 }),
    });

    expect(await problemOf(await begin(origin, 'cam', { targetUrl, token: 'wrong' }))).toMatchObject({ status: 502 });
    expect((await begin(origin, 'cam', { targetUrl, token: TOKEN })).status).toBe(200);
    expect((await begin(origin, 'cam', { targetUrl, token: TOKEN })).status).toBe(409);
    const recorded = async (): Promise<number> => {
      const copy = (await (await fetch(target.url('/api/v1/sessions?stream=copy'), { headers })).json()) as {
        sessions: { lengthMs: number }[];
      };
      return copy.sessions[0]?.lengthMs ?? 0;
    };
    await until(async () => (await recorded()) > 5_000, 'something of it is recorded there', 60_000);
    const [session] = (await origin.get<StreamRow>('/api/streams/cam')).subscribe.sessions;
    expect(session).toMatchObject({ state: 'connected', cascade: { targetUrl } });
    expect(await (await fetch(origin.url('/metrics'))).text()).toContain('live777_reforward 1');
    await fetch(origin.url(`/session/cam/${session?.id ?? ''}`), { method: 'DELETE' });
    await until(async () => {
      const row = (await (await fetch(target.url('/api/record/copy'), { headers })).json()) as { recording: boolean };
      return !row.recording;
    }, 'the other server knows that it is over');
    expect(await origin.get('/api/cascade')).toEqual([]);
    await publisher.end();

    const [entry] = (await (await fetch(target.url('/api/playback/copy'), { headers })).json()) as PlaybackEntry[];
    if (entry === undefined) throw new Error('Nothing was recorded there.');
    const samples = await StoredRecording.at(target.recordings, entry).samples('video');
    const sent = publisher.sent.video;
    const first = sent.indexOf(samples[0]?.hash ?? '');
    expect(samples[0]?.isKeyframe).toBe(true);
    expect(samples.map(({ hash }) => hash)).toEqual(sent.slice(first, first + samples.length));
  });

  withFfmpeg('goes where the configuration says, whenever somebody publishes it', async () => {
    await using target = await TestServer.start();
    const url = target.url('/whip/copy').replace('http', 'whip');
    const stream = JSON.stringify({ cam: { targets: [{ url }] } });
    await using origin = await TestServer.start({ env: { ...EDGE, AIRCHECK_STREAM: stream } });
    const media = await makeMedia({ seconds: 10 });

    for (let time = 0; time < 2; time += 1) {
      await using publisher = await Publisher.start('datachannel', {
        urls: [origin.url('/whip/cam')],
        media,
        loops: 6,
      });
      await until(() => isPublished(target, 'copy'), 'it is published there', 60_000);
      const before = await receivedPackets(target, 'copy');
      await until(async () => (await receivedPackets(target, 'copy')) > before + 100, 'something comes', 60_000);
      await publisher.end();
    }

    const list = await origin.get<{ url: string; direction: string }[]>('/api/cascade');
    expect(list).toMatchObject([{ direction: 'push', url: target.url('/whip/copy') }]);
  });

  it('is not fetched from where nothing may be asked, nor from itself, nor by a redirect', async () => {
    await using closed = await TestServer.start();
    await using open = await TestServer.start({ env: EDGE });
    const web = createServer((request, response) => {
      if (request.url === '/large') response.writeHead(201, { location: '/x' }).end('a'.repeat(200_000));
      else if (request.url === '/nowhere') response.writeHead(201).end('v=0');
      else if (request.url === '/garbage') response.writeHead(201, { location: '/x' }).end('<html>');
      else response.writeHead(307, { location: open.url('/whep/cam') }).end();
    }).listen(0, '127.0.0.1');
    await once(web, 'listening');
    const at = (path: string) => `http://127.0.0.1:${(web.address() as AddressInfo).port}${path}`;
    try {
      for (const sourceUrl of [
        'http://127.0.0.1:1/whep/a',
        'http://[::1]/',
        'http://169.254.169.254/latest',
        'http://localhost:1/',
      ])
        expect(await problemOf(await begin(closed, 'a', { sourceUrl }))).toEqual({
          status: 403,
          code: 'cascade-address-forbidden',
        });
      for (const [sourceUrl, reason] of [
        [open.url('/whep/a'), 'it said 409 cascade-loop'],
        [at('/redirect'), 'it said 307'],
        [at('/large'), 'its answer is too long'],
        [at('/nowhere'), 'it said 201 and not where the session is'],
        [at('/garbage'), 'its answer cannot be used'],
        ['http://127.0.0.1:1/whep/a', 'it did not answer'],
      ] as const)
        expect(await problemOf(await begin(open, 'a', { sourceUrl }))).toEqual({
          status: 502,
          code: 'cascade-upstream-failed',
          reason,
        });
      for (const body of [
        {},
        { sourceUrl: 'ftp://example.org' },
        { sourceUrl: 'http://u:p@example.org/' },
        { source: 1 },
        { sourceUrl: at('/'), targetUrl: at('/') },
      ])
        expect((await begin(open, 'a', body)).status).toBe(400);
      expect(await open.get('/api/cascade')).toEqual([]);
      expect((await fetch(open.url('/api/cascade/a'), { method: 'DELETE' })).status).toBe(404);
    } finally {
      web.close();
    }
  });
});

async function receivedPackets(server: TestServer, stream = 'cam'): Promise<number> {
  const { stats } = await server.get<{ stats: { publish: { packets: number } } }>(`/api/streams/${stream}`);
  return stats.publish.packets;
}

/** Closed segments of the picture. */
async function storedPictures(server: TestServer): Promise<number> {
  return (await (await StoredRecording.of(server, 'cam')).segmentNames('video')).length;
}
