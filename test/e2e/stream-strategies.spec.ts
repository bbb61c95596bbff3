import { ask } from '../support/graphql.js';
import { offer } from '../support/offer.js';
import { problem } from '../support/problem.js';
import { TestServer } from '../support/server.js';
import { until } from '../support/wait.js';

const aNumber = expect.any(Number) as number;
const silence = { bytes: 0, packets: 0, bitrate: 0 };
const SDP = { 'content-type': 'application/sdp' };

interface Shown {
  readonly id: string;
  readonly subscribe: { readonly sessions: readonly { readonly state: string }[] };
}

function post(server: TestServer, path: string): Promise<Response> {
  const body = path.startsWith('/whep/') ? offer({ 'a=sendonly': 'a=recvonly' }) : offer();
  return fetch(server.url(path), { method: 'POST', headers: SDP, body });
}

async function location(response: Promise<Response>): Promise<string> {
  const { status, headers } = await response;
  expect(status).toBe(201);
  return headers.get('location') ?? '';
}

async function names(server: TestServer): Promise<string[]> {
  return (await server.get<Shown[]>('/api/streams/')).map(({ id }) => id);
}

describe('streams and their strategies', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({
      env: {
        AIRCHECK_STRATEGY_EACH_STREAM_MAX_SUB: '1',
        AIRCHECK_STRATEGY_AUTO_DELETE_WHIP: '500',
        AIRCHECK_STREAM: '{"always":{"strategy":{"each_stream_max_sub":2}}}',
      },
    });
  });

  afterAll(() => server[Symbol.asyncDispose]());

  it('are told to managers, with what this server is', async () => {
    expect(await server.get('/api/strategy/')).toEqual({
      each_stream_max_sub: 1,
      cascade_push_close_sub: false,
      auto_create_whip: true,
      auto_create_whep: true,
      auto_delete_whip: 500,
      auto_delete_whep: -1,
    });
    expect(await server.get('/api/info')).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
      gitHash: expect.any(String) as string,
      buildTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
      features: expect.arrayContaining(['recorder', 'webui']) as string[],
    });
  });

  it('have one that is always there', async () => {
    expect(await server.get('/api/streams/always')).toEqual({
      id: 'always',
      createdAt: aNumber,
      publish: { leaveAt: 0, sessions: [] },
      subscribe: { leaveAt: aNumber, sessions: [] },
      codecs: [],
      recording: false,
      provisioned: true,
      onDemand: false,
      stats: { publish: silence, subscribe: silence },
      statsScope: 'node',
    });
    for (const method of ['POST', 'DELETE']) {
      expect(await problem(await fetch(server.url('/api/streams/always'), { method }))).toMatchObject({
        status: 409,
        code: 'stream-provisioned',
      });
    }
  });

  it('show who watches, by REST, server-sent events and GraphQL alike, until half a minute after', async () => {
    const session = await location(post(server, '/whep/seen'));
    const id = session.split('/').at(-1) ?? '';

    const shown = await server.get<Shown>('/api/streams/seen');
    expect(shown).toMatchObject({
      subscribe: {
        leaveAt: 0,
        sessions: [{ id, createdAt: aNumber, leaveAt: 0, state: 'new', hasDataChannel: false, stats: silence }],
      },
      provisioned: false,
    });
    const reader = (await fetch(server.url('/api/sse/streams?streams=seen&streams=nobody'))).body?.getReader();
    const first = new TextDecoder().decode((await reader?.read())?.value);
    await reader?.cancel();
    expect(first).toBe(`data: ${JSON.stringify([shown])}\n\n`);
    const query =
      '{ stream(id: "seen") { subscribers { id state leftAt hasDataChannel bytes } isProvisioned bytesSent } }';
    expect(await ask(server, query)).toEqual({
      stream: {
        subscribers: [{ id, state: 'NEW', leftAt: null, hasDataChannel: false, bytes: 0 }],
        isProvisioned: false,
        bytesSent: 0,
      },
    });
    expect(await (await fetch(server.url('/metrics'))).text()).toMatch(/^live777_subscribe 1$/m);

    const mute = await fetch(server.url(session), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"kind":"video","enabled":false}',
    });
    expect([mute.status, await mute.json()]).toEqual([200, {}]);
    expect((await fetch(server.url(session), { method: 'DELETE' })).status).toBe(204);

    expect(await server.get('/api/streams/seen')).toMatchObject({
      subscribe: { leaveAt: aNumber, sessions: [{ id, leaveAt: aNumber, state: 'closed' }] },
    });
  });

  it('let so many watch, and one more when somebody has left', async () => {
    const first = await location(post(server, '/whep/full'));
    const turnedAway = await post(server, '/whep/full');
    // Who is told so may be another server that has been sent to pull, as live777's manager does it.
    expect(turnedAway.headers.get('retry-after')).toBe('5');
    expect(await problem(turnedAway)).toMatchObject({ status: 503, code: 'stream-full' });
    await location(post(server, '/whep/always'));
    await location(post(server, '/whep/always'));
    expect(await problem(await post(server, '/whep/always'))).toMatchObject({ status: 503, code: 'stream-full' });

    await fetch(server.url(first), { method: 'DELETE' });

    await location(post(server, '/whep/full'));
  });

  it('make a stream when asked to, once, and let it go when nobody comes', async () => {
    const made = await fetch(server.url('/api/streams/made'), { method: 'POST' });
    expect([made.status, await made.text()]).toEqual([204, '']);
    expect(await problem(await fetch(server.url('/api/streams/made'), { method: 'POST' }))).toMatchObject({
      status: 409,
      code: 'stream-exists',
    });
    expect(await names(server)).toContain('made');

    await until(async () => !(await names(server)).includes('made'), 'it is gone');
  });

  it('let a stream go some time after its publisher left, with whoever watches', async () => {
    const publisher = await location(post(server, '/whip/left'));
    const viewer = await location(post(server, '/whep/left'));
    await fetch(server.url(publisher), { method: 'DELETE' });

    await until(async () => !(await names(server)).includes('left'), 'it is gone');

    expect((await fetch(server.url(viewer), { method: 'DELETE' })).status).toBe(404);
  });

  it('can keep those who use a stream from making it', async () => {
    await using strict = await TestServer.start({
      env: { AIRCHECK_STRATEGY_AUTO_CREATE_WHIP: 'false', AIRCHECK_STRATEGY_AUTO_CREATE_WHEP: 'false' },
    });
    expect(await problem(await post(strict, '/whip/cam'))).toMatchObject({ status: 404, code: 'stream-not-found' });
    expect(await problem(await post(strict, '/whep/cam'))).toMatchObject({ status: 409, code: 'stream-not-live' });

    await ask(strict, 'mutation { createStream(stream: "cam") { id } }');

    await location(post(strict, '/whep/cam'));
    await location(post(strict, '/whip/cam'));
    expect(await ask(strict, 'mutation { deleteStream(stream: "cam") }')).toEqual({ deleteStream: true });
    expect(await names(strict)).toEqual([]);
  });
});
