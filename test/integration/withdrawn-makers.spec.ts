import { randomUUID } from 'node:crypto';
import { AuditModule } from '../../src/modules/audit/audit.module.js';
import { AuthModule } from '../../src/modules/auth/auth.module.js';
import { AccountsService } from '../../src/modules/auth/accounts/accounts.service.js';
import { KeptAccounts } from '../../src/modules/auth/accounts/kept-accounts.js';
import { Account } from '../../src/modules/auth/entities/account.entity.js';
import { streamToken } from '../../src/modules/auth/testing/json-web-token.js';
import { GraphqlModule } from '../../src/modules/graphql/graphql.module.js';
import { PlaybackUrlsModule } from '../../src/modules/playback-urls/playback-urls.module.js';
import { KeyProvider } from '../support/key-provider.js';
import { startIndex, type IndexFixture } from './support/index-fixture.js';

const SECRET = 'a-secret-of-tests-with-32-bytes!';
const PASSWORD = 'four words of no sense';
const WANTED = { id: 'cam', duration: 60, subscribe: true, publish: false, admin: false };

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

describe('what somebody made', () => {
  let fixture: IndexFixture;
  let provider: KeyProvider;
  let url: string;
  const admin = streamToken(SECRET, { id: '*', mode: 7, sub: 'ops' });

  beforeAll(async () => {
    provider = await KeyProvider.start();
    const env = { AIRCHECK_AUTH_SECRET: SECRET, AIRCHECK_AUTH_JWKS_URL: provider.url };
    fixture = await startIndex(env, {}, [AuthModule, GraphqlModule, AuditModule, PlaybackUrlsModule]);
    url = await fixture.app.getUrl();
  });

  afterAll(async () => {
    await fixture[Symbol.asyncDispose]();
    await provider[Symbol.asyncDispose]();
  });

  async function call(method: string, path: string, body?: object, token = admin): Promise<Answer> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await fetch(url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
  }

  const statusFor = async (token: string): Promise<number> =>
    (await call('GET', '/api/playback/cam', undefined, token)).status;

  /** @returns the problem's code for a signed URL, or what else there is */
  async function outcomeOf(path: string): Promise<unknown> {
    const response = await fetch(url + path);
    return response.status === 403 ? ((await response.json()) as { code: unknown }).code : 'not refused';
  }

  async function loggedIn(): Promise<{ readonly username: string; readonly token: string }> {
    const username = `ann ${randomUUID()}`;
    const rights = { subscribe: true, publish: true, admin: true };
    expect(await call('POST', '/api/v1/accounts', { username, password: PASSWORD, ...rights })).toMatchObject({
      status: 201,
    });
    const { body } = await call('POST', '/api/login', { username, password: PASSWORD });
    return { username, token: (body as { access_token: string }).access_token };
  }

  async function tokenOf(maker: string, wanted: object = WANTED): Promise<{ id: string; token: string }> {
    const { body } = await call('POST', '/api/token', wanted, maker);
    const { id, access_token: token } = body as { id: string; access_token: string };
    return { id, token };
  }

  async function overGraphql(maker: string): Promise<{ readonly token: string; readonly path: string }> {
    const query = `mutation { createToken(input: { stream: "cam", durationSeconds: 60, subscribe: true }) { accessToken }
      createPlaybackUrls(input: { stream: "cam" }) { hls } }`;
    const { body } = await call('POST', '/graphql', { query }, maker);
    const { data } = body as { data: { createToken: { accessToken: string }; createPlaybackUrls: { hls: string } } };
    return { token: data.createToken.accessToken, path: data.createPlaybackUrls.hls };
  }

  async function pathOf(maker: string): Promise<string> {
    const { body } = await call('POST', '/api/v1/playback-urls', { stream: 'cam' }, maker);
    return (body as { hls: string }).hls;
  }

  const removals: [string, (username: string) => Promise<unknown>][] = [
    ['is removed', (username) => call('DELETE', `/api/v1/accounts/${encodeURIComponent(username)}`)],
    [
      'has another password',
      (username) =>
        call('PUT', `/api/v1/accounts/${encodeURIComponent(username)}/password`, { password: `${PASSWORD}!` }),
    ],
    [
      'may not watch any more',
      async (username) => {
        await fixture.dataSource.manager.update(Account, { username }, { mode: 3 });
        await fixture.app.get(KeptAccounts).read();
      },
    ],
  ];

  it.each(removals)(
    'is good no longer when its account %s: tokens and signed URLs of both doors',
    async (_what, end) => {
      const { username, token } = await loggedIn();
      const [rest, graphql] = [await tokenOf(token), await overGraphql(token)];
      const grandchild = await tokenOf((await tokenOf(token, { ...WANTED, id: '*', admin: true })).token);
      const tokens = [rest.token, graphql.token, grandchild.token];
      const paths = [await pathOf(token), graphql.path, await pathOf(rest.token)];
      expect(await Promise.all(tokens.map(statusFor))).toEqual([200, 200, 200]);
      expect(await Promise.all(paths.map(outcomeOf))).toEqual(['not refused', 'not refused', 'not refused']);

      await end(username);

      expect(await Promise.all(tokens.map(statusFor))).toEqual([401, 401, 401]);
      expect(await Promise.all(paths.map(outcomeOf))).toEqual(Array(3).fill('signed-url-withdrawn'));
      expect(await statusFor(admin)).toBe(200);
    },
  );

  it('is good no longer when the token is revoked that it was made with', async () => {
    const maker = await tokenOf(admin, { ...WANTED, id: '*', admin: true });
    const made = await tokenOf(maker.token);
    const path = await pathOf(made.token);

    expect((await call('DELETE', `/api/v1/tokens/${maker.id}`)).status).toBe(204);

    expect(await statusFor(made.token)).toBe(401);
    expect(await outcomeOf(path)).toBe('signed-url-withdrawn');
  });

  it('names no account in an address', async () => {
    const { username, token } = await loggedIn();
    const [, , content = ''] = (await pathOf(token)).split('/');

    expect(Buffer.from(content.split('.')[0] ?? '', 'base64url').toString()).not.toContain(username);
  });

  it('makes no more when too many tokens made one another', async () => {
    let { token } = await tokenOf(admin, { ...WANTED, id: '*', admin: true });
    for (let n = 0; n < 8; n += 1) ({ token } = await tokenOf(token, { ...WANTED, id: '*', admin: true }));

    expect(await call('POST', '/api/token', WANTED, token)).toMatchObject({
      status: 422,
      body: { code: 'token-chain-too-long' },
    });
  });

  it.each([
    ['an identity provider', (jti: string) => provider.token('ES256', { id: '*', mode: 4, jti })],
    ['another node with the secret', (jti: string) => streamToken(SECRET, { id: '*', mode: 4, jti })],
  ])('elsewhere is revoked by its id too: a token of %s', async (_whose, made) => {
    const jti = `urn:id:${randomUUID()} ${'x'.repeat(100)}`;
    const token = made(jti);
    const path = await pathOf(token);
    expect(await statusFor(token)).toBe(200);

    expect((await call('DELETE', `/api/v1/tokens/${encodeURIComponent(jti)}`)).status).toBe(204);

    expect(await statusFor(token)).toBe(401);
    expect(await outcomeOf(path)).toBe('signed-url-withdrawn');
    expect(await statusFor(made(randomUUID()))).toBe(200);
  });

  it('in the name of an account cannot be said by an identity provider', async () => {
    const { username, token } = await loggedIn();
    const [, claims = ''] = token.split('.');
    const { ver } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { readonly ver: string };
    const foreign = provider.token('RS256', { id: '*', mode: 4, sub: username, use: 'login', ver });
    expect(fixture.app.get(AccountsService).isCurrent({ username, version: ver })).toBe(true);

    await call('DELETE', `/api/v1/accounts/${encodeURIComponent(username)}`);

    expect(await statusFor(foreign)).toBe(200);
  });
});
