import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { AuditModule } from '../../src/modules/audit/audit.module.js';
import { AuthModule } from '../../src/modules/auth/auth.module.js';
import { Account } from '../../src/modules/auth/entities/account.entity.js';
import { RevokedToken } from '../../src/modules/auth/entities/revoked-token.entity.js';
import { inSeconds, streamToken } from '../../src/modules/auth/testing/json-web-token.js';
import { GraphqlModule } from '../../src/modules/graphql/graphql.module.js';
import { until } from '../support/wait.js';
import { startIndex, type IndexFixture } from './support/index-fixture.js';

const SECRET = 'a-secret-of-tests-with-32-bytes!';
const PASSWORD = 'four words of no sense';
const ACCOUNTS = '/api/v1/accounts';
const CAMERAS = { id: 'cam-*', publish: true };

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

describe('accounts of the database', () => {
  let fixture: IndexFixture;
  let url: string;
  const admin = streamToken(SECRET, { id: '*', mode: 7, sub: 'ops' });

  beforeAll(async () => {
    const env = {
      AIRCHECK_AUTH_SECRET: SECRET,
      AIRCHECK_AUTH_CLOCK_LEEWAY_SECONDS: '60',
      AIRCHECK_AUTH_ACCOUNTS: '[{"username":"root","password":"a-password-of-tests"}]',
    };
    fixture = await startIndex(env, {}, [AuthModule, GraphqlModule, AuditModule]);
    url = await fixture.app.getUrl();
  });

  afterAll(() => fixture[Symbol.asyncDispose]());

  async function call(method: string, path: string, body?: object, token = admin): Promise<Answer> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await fetch(url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
  }

  async function logIn(username: string, password = PASSWORD): Promise<string> {
    const { body } = await call('POST', '/api/login', { username, password });
    return (body as { access_token?: string }).access_token ?? '';
  }

  const statusFor = async (token: string, path = '/api/playback/cam-1'): Promise<number> =>
    (await call('GET', path, undefined, token)).status;

  it('are listed beside those of the configuration, without what only they know', async () => {
    const { status, body } = await call('POST', ACCOUNTS, { username: 'ann', password: PASSWORD, subscribe: true });

    expect(status).toBe(201);
    expect(body).toMatchObject({ username: 'ann', id: '*', rights: ['watch', 'playback'], source: 'database' });
    const list = await call('GET', ACCOUNTS);
    expect(list.body).toMatchObject([{ username: 'root', source: 'configuration' }, { username: 'ann' }]);
    expect(JSON.stringify(list.body)).not.toContain('argon2');
    const [row] = await fixture.dataSource.manager.find(Account);
    expect(row?.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it('log in for what they may do', async () => {
    await call('POST', ACCOUNTS, { username: 'cameras', password: PASSWORD, ...CAMERAS });

    const token = await logIn('cameras');

    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as object;
    expect(claims).toMatchObject({ id: 'cam-*', mode: 2, sub: 'cameras' });
    expect(await statusFor(token)).toBe(403);
    expect(await logIn('cameras', 'another password')).toBe('');
    expect(await statusFor(await logIn('root', 'a-password-of-tests'), ACCOUNTS)).toBe(200);
  });

  it('give a device one mark, which ends with the password, and lets nobody guess more', async () => {
    const username = `at-home ${randomUUID()}`;
    await call('POST', ACCOUNTS, { username, password: PASSWORD, subscribe: true });
    const attempt = (password: string, cookie = ''): Promise<Response> =>
      fetch(`${url}/api/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', cookie },
        body: JSON.stringify({ username, password }),
      });
    const cookieOf = async (password: string, cookie?: string): Promise<string> =>
      (await attempt(password, cookie)).headers.getSetCookie()[0] ?? '';
    const nameOf = (cookie: string): string | undefined => cookie.split('.')[1];
    const given = await cookieOf(PASSWORD);
    const again = await cookieOf(PASSWORD, `other=1; ${given.split(';')[0] ?? ''}`);
    const [shown = ''] = again.split(';');
    await call('PUT', `${ACCOUNTS}/${encodeURIComponent(username)}/password`, { password: `${PASSWORD}!` });
    const changed = await cookieOf(`${PASSWORD}!`, shown);

    expect(given).toMatch(/^aircheck_device=[\w.-]+; .*Path=\/api\/login; .*HttpOnly; SameSite=Strict$/);
    expect(nameOf(again)).toBe(nameOf(given));
    expect(nameOf(changed)).toMatch(/^[\w-]{16}$/);
    expect(nameOf(changed)).not.toBe(nameOf(given));
    const outcomes: number[] = [];
    while (!outcomes.includes(429)) outcomes.push((await attempt('wrong', shown)).status);
    expect((await attempt(`${PASSWORD}!`, changed.split(';')[0])).status).toBe(429);
  });

  it.each([
    ['is removed', 'DELETE', '', undefined],
    ['has another password', 'PUT', '/password', { password: `${PASSWORD}!` }],
  ])('end what their log-ins gave when one %s', async (_what, method, path, body) => {
    const account = { username: `who ${method}`, password: PASSWORD, subscribe: true };
    await call('POST', ACCOUNTS, account);
    const token = await logIn(account.username);
    expect(await statusFor(token)).toBe(200);

    const done = await call(method, `${ACCOUNTS}/${encodeURIComponent(account.username)}${path}`, body);

    expect(done.status).toBe(204);
    expect(await statusFor(token)).toBe(401);
    await call('POST', ACCOUNTS, account);
    expect(await statusFor(token)).toBe(401);
  });

  it('are changed on another server of the database too, which ends what goes on', async () => {
    await call('POST', ACCOUNTS, { username: 'gone', password: PASSWORD, subscribe: true });
    const token = await logIn('gone');
    const socket = new WebSocket(url.replace('http', 'ws') + '/graphql', 'graphql-transport-ws', {
      headers: { authorization: `Bearer ${token}` },
    });
    await once(socket, 'open');
    socket.send('{"type":"connection_init"}');
    const closed = once(socket, 'close') as Promise<[number]>;

    await fixture.dataSource.manager.delete(Account, { username: 'gone' });

    await until(async () => (await statusFor(token)) === 401, 'the token is refused', 15_000);
    expect((await closed)[0]).toBe(4401);
  });

  it.each<[number, string, string, string, object | undefined]>([
    [400, 'input-invalid', 'POST', '', { username: 'x', password: 'short', admin: true }],
    [400, 'input-invalid', 'POST', '', { username: 'x', password: PASSWORD }],
    [400, 'input-invalid', 'POST', '', { username: 'a\u0000b', password: PASSWORD, admin: true }],
    [400, 'password-weak', 'POST', '', { username: 'weak', password: 'password1', admin: true }],
    [400, 'password-weak', 'POST', '', { username: 'samename', password: 'SameName', admin: true }],
    [400, 'password-weak', 'POST', '', { username: 'weak', password: 'aaaaaaaa', admin: true }],
    [400, 'password-weak', 'PUT', '/ann/password', { password: 'ann-12345678' }],
    [409, 'account-exists', 'POST', '', { username: 'root', password: PASSWORD, admin: true }],
    [409, 'account-configured', 'DELETE', '/root', undefined],
    [409, 'account-configured', 'PUT', '/root/password', { password: PASSWORD }],
    [404, 'account-not-found', 'DELETE', '/nobody', undefined],
    [404, 'account-not-found', 'PUT', '/nobody/password', { password: PASSWORD }],
  ])('answer %d %s to %s %s', async (status, code, method, path, body) => {
    expect(await call(method, ACCOUNTS + path, body)).toMatchObject({ status, body: { code } });
  });

  it('are written down with who made them and what they may, and never with a password', async () => {
    await call('POST', ACCOUNTS, { username: 'written', password: PASSWORD, ...CAMERAS });
    await call('DELETE', `${ACCOUNTS}/written`);

    const written = async (): Promise<object[]> => {
      const { body } = await call('GET', '/api/v1/audit?limit=200');
      return (body as { events: { subject: string }[] }).events.filter(({ subject }) => subject === 'written');
    };
    await until(async () => (await written()).length === 2, 'both are written down');
    expect(await written()).toMatchObject([
      { event: 'account-removed', outcome: 'ok', actor: 'ops' },
      { event: 'account-created', outcome: 'ok', actor: 'ops', detail: 'publish' },
    ]);
    expect(JSON.stringify((await call('GET', '/api/v1/audit')).body)).not.toContain(PASSWORD);
  });

  it('are made, changed and removed over GraphQL too', async () => {
    const ask = async (query: string, token = admin): Promise<unknown> =>
      (await call('POST', '/graphql', { query }, token)).body;
    const create = `mutation { createAccount(input: { username: "graph", password: "${PASSWORD}", scope: "cam-*", subscribe: true }) { scope rights source } }`;
    expect(await ask(create)).toEqual({
      data: { createAccount: { scope: 'cam-*', rights: ['watch', 'playback'], source: 'DATABASE' } },
    });
    const token = await logIn('graph');
    expect(await statusFor(token)).toBe(200);
    expect(await ask(create, token)).toMatchObject({ errors: [{ extensions: { code: 'permission-denied' } }] });
    expect(await ask(create)).toMatchObject({ errors: [{ extensions: { code: 'account-exists' } }] });
    const weak = await ask('mutation { changeAccountPassword(username: "graph", password: "graph-password") }');
    expect(weak).toMatchObject({ errors: [{ extensions: { code: 'password-weak' } }] });
    const other = `mutation { changeAccountPassword(username: "graph", password: "${PASSWORD}?") }`;
    expect(await ask(other)).toEqual({ data: { changeAccountPassword: true } });
    expect(await statusFor(token)).toBe(401);
    expect(await ask(other.replace(`${PASSWORD}?`, 'short'))).toMatchObject({
      errors: [{ extensions: { code: 'input-invalid' } }],
    });
    expect(await ask('mutation { removeAccount(username: "graph") }')).toEqual({ data: { removeAccount: true } });
    expect(JSON.stringify(await ask('{ accounts { username } }'))).not.toContain('graph"');
  });

  it('leave tokens of others to be revoked by their id, over REST too', async () => {
    const made = await call('POST', '/api/token', {
      id: 'cam-1',
      duration: 60,
      subscribe: true,
      publish: false,
      admin: false,
    });
    const { id, access_token: token } = made.body as { id: string; access_token: string };
    expect(await statusFor(token)).toBe(200);

    expect((await call('DELETE', `/api/v1/tokens/${id}`)).status).toBe(204);
    expect(await statusFor(token)).toBe(401);
    const over = `${String(inSeconds(-600))}-12345678-1234-1234-1234-123456789012`;
    expect((await call('DELETE', `/api/v1/tokens/${over}`)).status).toBe(204);
    expect(await call('DELETE', `/api/v1/tokens/${'x'.repeat(256)}`)).toMatchObject({
      body: { code: 'token-id-invalid' },
    });
    expect((await call('DELETE', `/api/v1/tokens/${id}`, undefined, await logIn('ann'))).status).toBe(403);
    const { body } = await call('GET', '/api/v1/audit?event=token-created');
    expect(body).toMatchObject({ events: [{ subject: id, stream: 'cam-1' }] });
    const detail = (body as { events: { detail: string }[] }).events[0]?.detail;
    expect(detail).toMatch(/^watch, playback until \d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  it('leave tokens revoked for as long as clocks that are off would take them', async () => {
    const idOf = (exp: number, n: number): string => `${String(exp)}-12345678-1234-1234-1234-12345678901${String(n)}`;
    const [exp, longOver] = [inSeconds(-2), inSeconds(-600)];
    const token = streamToken(SECRET, { id: 'cam-1', mode: 4, exp, jti: idOf(exp, 0) });
    const rows = fixture.dataSource.manager;
    await rows.insert(RevokedToken, {
      tokenId: idOf(longOver, 1),
      expiresAt: new Date(longOver * 1000),
      revokedAt: new Date(longOver * 1000),
    });
    expect(await statusFor(token)).toBe(200);

    expect((await call('DELETE', `/api/v1/tokens/${idOf(exp, 0)}`)).status).toBe(204);
    expect(await statusFor(token)).toBe(401);
    expect((await call('DELETE', `/api/v1/tokens/${idOf(inSeconds(60), 2)}`)).status).toBe(204);

    expect(await rows.existsBy(RevokedToken, { tokenId: idOf(exp, 0) })).toBe(true);
    expect(await rows.existsBy(RevokedToken, { tokenId: idOf(longOver, 1) })).toBe(false);
  });
});
