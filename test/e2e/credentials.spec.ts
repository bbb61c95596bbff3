import { once } from 'node:events';
import { WebSocket } from 'ws';
import { inSeconds, streamToken } from '../../src/modules/auth/testing/json-web-token.js';
import { offer } from '../support/offer.js';
import { TestServer } from '../support/server.js';
import { until } from '../support/wait.js';

const SECRET = 'a-secret-of-tests-with-32-bytes!';
const TOKEN = 'a-token-of-the-configuration';
const PASSWORD = 'four words of no sense';
const TURN = '[{"urls":["turn:turn.example.net:3478"],"username":"u","credential":"c"}]';

interface Asked {
  readonly method?: string;
  readonly token?: string;
  readonly address?: string;
  readonly type?: string;
  readonly body?: string;
}

/** What credentials do that are wrong, over or taken back. */
describe('a server with credentials', () => {
  let server: TestServer;

  beforeAll(async () => {
    const env = {
      AIRCHECK_AUTH_TOKENS: TOKEN,
      AIRCHECK_AUTH_SECRET: SECRET,
      AIRCHECK_AUTH_CLOCK_LEEWAY_SECONDS: '0',
      AIRCHECK_HTTP_TRUSTED_PROXIES: '127.0.0.0/8',
      AIRCHECK_ICE_SERVERS: TURN,
    };
    server = await TestServer.start({ env });
  });

  afterAll(() => server[Symbol.asyncDispose]());

  function ask(path: string, { method = 'GET', token = TOKEN, address, type, body }: Asked = {}): Promise<Response> {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(address !== undefined && { 'x-forwarded-for': address }),
      ...(type !== undefined && { 'content-type': type }),
    };
    return fetch(server.url(path), { method, headers, ...(body !== undefined && { body }) });
  }

  async function publish(stream: string, token: string): Promise<string> {
    const response = await ask(`/whip/${stream}`, { method: 'POST', token, type: 'application/sdp', body: offer() });
    expect(response.status).toBe(201);
    return response.headers.get('location') ?? '';
  }

  async function auditOf(filter: string): Promise<readonly object[]> {
    return ((await (await ask(`/api/v1/audit?${filter}`)).json()) as { readonly events: readonly object[] }).events;
  }

  it('slows whoever guesses tokens, and nobody else behind the same address', async () => {
    const address = '192.0.2.66';
    const status = async (token: string, from = address): Promise<number> =>
      (await ask('/api/streams', { token, address: from })).status;
    expect(await status(TOKEN)).toBe(200);

    const guesses = Array.from({ length: 130 }, (_, n) =>
      ask('/api/streams', { token: `guess-${String(n)}`, address }),
    );
    const answers = await Promise.all(guesses);
    const slowed = answers.filter((answer) => answer.status === 429);

    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([401, 429]));
    expect(slowed.length).toBeGreaterThan(20);
    expect(await slowed[0]?.json()).toMatchObject({ status: 429, code: 'tokens-throttled' });
    expect(Number(slowed[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await status(TOKEN)).toBe(200);
    expect(await status(streamToken(SECRET, { id: '*', mode: 4 }))).toBe(200);
    expect(await status('a-guess', '192.0.2.67')).toBe(401);
    const links = await ask('/whip/cam', { method: 'OPTIONS', token: 'a-guess', address });
    expect(links.headers.get('link') ?? '').not.toContain('credential');
    expect(await auditOf('event=refused')).toMatchObject([
      { address: '192.0.2.67' },
      { outcome: 'tokens-throttled' },
      {},
    ]);
  });

  it('is ended by who began it though the time of his token is over, and by nobody else whose is', async () => {
    const token = streamToken(SECRET, { id: 'cam', mode: 2, exp: inSeconds(3), jti: 'his' });
    const other = streamToken(SECRET, { id: 'cam', mode: 2, exp: inSeconds(3), jti: 'another' });
    const session = await publish('cam', token);
    await until(async () => (await ask(session, { token })).status === 401, 'his time is over', 10_000);

    expect((await ask(session, { method: 'PATCH', token })).status).toBe(401);
    expect((await ask(session, { method: 'DELETE', token: other })).status).toBe(401);
    expect((await ask(session.replace('/cam/', '/door/'), { method: 'DELETE', token })).status).toBe(403);
    expect((await ask(session, { method: 'DELETE', token })).status).toBe(204);
    expect((await ask(session)).status).toBe(404);
    const [ended] = await auditOf('event=session-ended&stream=cam');
    expect(ended).toMatchObject({ outcome: 'ok', actor: 'cam' });
  });

  it('ends what was begun with a token that is revoked', async () => {
    const wanted = { id: 'door', duration: 60, subscribe: false, publish: true, admin: false };
    const made = await ask('/api/token', { method: 'POST', type: 'application/json', body: JSON.stringify(wanted) });
    const { id, access_token: token } = (await made.json()) as { id: string; access_token: string };
    const session = await publish('door', token);

    expect((await ask(`/api/v1/tokens/${id}`, { method: 'DELETE' })).status).toBe(204);

    expect((await ask(session, { method: 'DELETE', token })).status).toBe(401);
    await until(async () => (await ask(session)).status === 404, 'the publisher is ended', 12_000);
    expect(await auditOf('event=session-ended&stream=door')).toMatchObject([{ actor: 'door', stream: 'door' }]);
  });

  it('writes down of WebSockets behind a proxy whose they are', async () => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'x-forwarded-for': '203.0.113.9' };
    const socket = new WebSocket(server.url('/graphql').replace('http', 'ws'), 'graphql-transport-ws', { headers });
    await once(socket, 'open');
    socket.send('{"type":"connection_init"}');
    await once(socket, 'message');
    const query = 'mutation { stopRecording(stream: "socket") }';
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
    await once(socket, 'message');
    socket.close();

    expect(await auditOf('stream=socket')).toMatchObject([{ event: 'recording-stopped', address: '203.0.113.9' }]);
  });

  it('has accounts by the command line, once it is stopped', async () => {
    const account = (...args: readonly string[]): ReturnType<TestServer['command']> =>
      server.commandWithInput(`${PASSWORD}\n`, 'account', ...args);
    const [refused, incomplete] = await Promise.all([account('add', 'ann', '--admin'), account('add', 'ann')]);
    await server.terminate();

    const added = await account('add', 'ann', '--id', 'cam-*', '--publish');
    const listed = await account('list');
    await server.start();

    expect([refused.exitCode, incomplete.exitCode]).toEqual([1, 2]);
    expect(refused.complaint).toContain('stop it first');
    expect(added).toMatchObject({ exitCode: 0, output: '', complaint: '' });
    expect(listed.output).toBe('ann\tcam-*\tpublish\n');
    const body = JSON.stringify({ username: 'ann', password: PASSWORD });
    const login = await ask('/api/login', { method: 'POST', type: 'application/json', body });
    expect(login.status).toBe(200);
    server.keepSecret(PASSWORD);
  });
});
