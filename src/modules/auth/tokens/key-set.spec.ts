import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { loadConfig } from '../../../config/index.js';
import { TokenInvalidError } from '../auth.errors.js';
import { AuthService } from '../auth.service.js';
import type { Caller } from '../ports/caller.js';
import { KeySetTokenStrategy } from '../strategies/key-set-token.strategy.js';
import { SecretTokenStrategy } from '../strategies/secret-token.strategy.js';
import { StaticTokenStrategy } from '../strategies/static-token.strategy.js';
import { es256, hs256, inSeconds, jwt, rs256 } from '../testing/json-web-token.js';
import { KeySet } from './key-set.js';
import { SigningKey } from './signing-key.js';
import type { Withdrawals } from './withdrawals.js';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });

const jwk = (key: KeyObject, facts: object): object => ({ ...key.export({ format: 'jwk' }), use: 'sig', ...facts });
const RSA = jwk(rsa.publicKey, { kid: 'rsa', alg: 'RS256' });
const EC = jwk(ec.publicKey, { kid: 'ec', alg: 'ES256' });

/** An identity provider's keys over HTTP. */
class Provider {
  asked = 0;
  answer: { readonly status: number; readonly body: string } = {
    status: 200,
    body: JSON.stringify({ keys: [RSA, EC] }),
  };
  /** Where it sends who asks. */
  location: string | undefined;
  private readonly server: Server;

  constructor() {
    this.server = createServer((_request, response) => {
      this.asked += 1;
      const location = this.location === undefined ? {} : { location: this.location };
      const headers = { 'content-type': 'application/json', ...location };
      response.writeHead(this.answer.status, headers).end(this.answer.body);
    });
  }

  async listen(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}/keys`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

const claims = { id: 'cam', mode: 4, iss: 'https://id.example.org/', aud: 'aircheck', exp: inSeconds(60) };

function authWith(url: string): AuthService {
  const env = {
    AIRCHECK_AUTH_JWKS_URL: url,
    AIRCHECK_AUTH_ISSUER: 'https://id.example.org/',
    AIRCHECK_AUTH_AUDIENCE: 'aircheck,others',
  };
  const { config } = loadConfig({ env, cwd: '/nowhere' });
  const strategies = [
    new StaticTokenStrategy(config),
    new SecretTokenStrategy(new SigningKey(config), config),
    new KeySetTokenStrategy(config),
  ] as const;
  return new AuthService(config, ...strategies, { has: () => false } as unknown as Withdrawals);
}

describe('tokens of a key set', () => {
  let provider: Provider;
  let auth: AuthService;

  beforeAll(async () => {
    provider = new Provider();
    auth = authWith(await provider.listen());
  });

  afterAll(() => provider[Symbol.asyncDispose]());

  const callerOf = (token: string): Promise<Caller> => auth.callerOf(`Bearer ${token}`);

  it.each([
    ['RS256', jwt({ alg: 'RS256', kid: 'rsa' }, claims, rs256(rsa.privateKey))],
    ['ES256', jwt({ alg: 'ES256', kid: 'ec' }, claims, es256(ec.privateKey))],
    ['RS256 without a kid', jwt({ alg: 'RS256' }, { ...claims, sub: 'ann' }, rs256(rsa.privateKey))],
    [
      'RS256 for several',
      jwt({ alg: 'RS256', kid: 'rsa' }, { ...claims, aud: ['x', 'others'] }, rs256(rsa.privateKey)),
    ],
    ['the type of RFC 9068', jwt({ typ: 'at+JWT', alg: 'RS256', kid: 'rsa' }, claims, rs256(rsa.privateKey))],
  ])('are taken with %s', async (_what, token) => {
    expect((await callerOf(token)).may(['playback'], 'cam')).toBe(true);
  });

  const publicPem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  it.each([
    ['are of another issuer', jwt({ alg: 'RS256', kid: 'rsa' }, { ...claims, iss: 'x' }, rs256(rsa.privateKey))],
    ['are for somebody else', jwt({ alg: 'RS256', kid: 'rsa' }, { ...claims, aud: 'x' }, rs256(rsa.privateKey))],
    ['are for nobody', jwt({ alg: 'RS256', kid: 'rsa' }, { ...claims, aud: undefined }, rs256(rsa.privateKey))],
    ['have expired', jwt({ alg: 'RS256', kid: 'rsa' }, { ...claims, exp: inSeconds(-10) }, rs256(rsa.privateKey))],
    ['never expire', jwt({ alg: 'RS256', kid: 'rsa' }, { ...claims, exp: undefined }, rs256(rsa.privateKey))],
    ['are not good yet', jwt({ alg: 'RS256', kid: 'rsa' }, { ...claims, nbf: inSeconds(60) }, rs256(rsa.privateKey))],
    ['another key signed', jwt({ alg: 'RS256', kid: 'rsa' }, claims, rs256(other.privateKey))],
    ['name the key of the other algorithm', jwt({ alg: 'RS256', kid: 'ec' }, claims, rs256(rsa.privateKey))],
    ['nobody signed', jwt({ alg: 'none', kid: 'rsa' }, claims, () => Buffer.alloc(0))],
    ['have the public key for a secret', jwt({ alg: 'HS256', kid: 'rsa' }, claims, hs256(publicPem))],
    ['bring a key of their own', jwt({ alg: 'RS256', jwk: jwk(other.publicKey, {}) }, claims, rs256(other.privateKey))],
    ['have a critical header', jwt({ alg: 'RS256', kid: 'rsa', crit: ['x'], x: 1 }, claims, rs256(rsa.privateKey))],
    ['are no access tokens', jwt({ typ: 'logout+jwt', alg: 'RS256', kid: 'rsa' }, claims, rs256(rsa.privateKey))],
    ['have a signature of DER', jwt({ alg: 'ES256', kid: 'ec' }, claims, rs256(ec.privateKey))],
  ])('are refused when they %s', async (_what, token) => {
    await expect(callerOf(token)).rejects.toThrow(TokenInvalidError);
  });

  it('do not have the keys read for each token that somebody made up', async () => {
    const before = provider.asked;

    for (let n = 0; n < 20; n += 1) {
      const token = jwt({ alg: 'RS256', kid: `made-up-${String(n)}` }, claims, rs256(other.privateKey));
      await expect(callerOf(token)).rejects.toThrow(TokenInvalidError);
    }

    expect(provider.asked - before).toBeLessThanOrEqual(1);
  });
});

describe('a token of a key that was taken out of the set', () => {
  it('is refused, however often it was taken before', async () => {
    await using provider = new Provider();
    const clock = jest.spyOn(Date, 'now');
    const auth = authWith(await provider.listen());
    const token = jwt({ alg: 'RS256', kid: 'rsa' }, { ...claims, exp: inSeconds(7200) }, rs256(rsa.privateKey));
    await auth.callerOf(`Bearer ${token}`);
    provider.answer = { status: 200, body: JSON.stringify({ keys: [EC] }) };

    clock.mockReturnValue(Date.now() + 1_300_000);
    try {
      await expect(auth.callerOf(`Bearer ${token}`)).rejects.toThrow(TokenInvalidError);
    } finally {
      clock.mockRestore();
    }
  });
});

describe('a key set', () => {
  const header = { alg: 'RS256', kid: 'rsa' };

  it('has no RSA keys that are too short, and those beside them (RFC 7518 section 3.3)', async () => {
    await using provider = new Provider();
    const short = generateKeyPairSync('rsa', { modulusLength: 2040 });
    const keys = [jwk(short.publicKey, { kid: 'short', alg: 'RS256' }), RSA, EC];
    provider.answer = { status: 200, body: JSON.stringify({ keys }) };
    const warnings: string[] = [];
    const set = new KeySet(await provider.listen(), (warning) => warnings.push(warning));

    await expect(set.find({ alg: 'RS256', kid: 'short' })).rejects.toThrow();
    expect(await set.find(header)).toMatchObject({ type: 'public' });
    expect(await set.find({ alg: 'ES256', kid: 'ec' })).toMatchObject({ type: 'public' });
    expect(warnings).toEqual([expect.stringContaining('fewer than 2048 bits')]);
  });

  it('is read again for a key that is new, not too soon, and then no more has the old one', async () => {
    await using provider = new Provider();
    let nowMs = 0;
    const keys = new KeySet(await provider.listen(), fail, () => nowMs);
    await keys.find(header);
    provider.answer = { status: 200, body: JSON.stringify({ keys: [{ ...RSA, kid: 'next' }] }) };
    await expect(keys.find({ ...header, kid: 'next' })).rejects.toThrow();

    nowMs = 31_000;

    expect(await keys.find({ ...header, kid: 'next' })).toMatchObject({ type: 'public' });
    await expect(keys.find(header)).rejects.toThrow();
    expect(provider.asked).toBe(2);
  });

  it('stays as it was while its URL is away, and gets well by itself', async () => {
    await using provider = new Provider();
    let nowMs = 0;
    const warnings: string[] = [];
    const keys = new KeySet(
      await provider.listen(),
      (warning) => warnings.push(warning),
      () => nowMs,
    );
    const key = await keys.find(header);

    for (const answer of [
      { status: 503, body: 'away' },
      { status: 200, body: '<html>' },
      { status: 200, body: `{"keys":[${' '.repeat(300_000)}]}` },
    ]) {
      provider.answer = answer;
      nowMs += 3_600_000;
      expect(await keys.find(header)).toBe(key);
      await expect(keys.find({ ...header, kid: 'new' })).rejects.toThrow();
    }

    expect(warnings).toHaveLength(3);
  });

  it.each([301, 302, 307])('is not looked for where its URL leads by %d', async (status) => {
    await using inside = new Provider();
    await using provider = new Provider();
    provider.location = await inside.listen();
    provider.answer = { status, body: '' };
    const keys = new KeySet(await provider.listen(), () => undefined);

    await expect(keys.find(header)).rejects.toThrow();
    expect([provider.asked, inside.asked]).toEqual([1, 0]);
  });

  it('that was never there is asked for again after a while', async () => {
    await using provider = new Provider();
    let nowMs = 0;
    const keys = new KeySet(
      await provider.listen(),
      () => undefined,
      () => nowMs,
    );
    provider.answer = { status: 500, body: '' };
    for (let n = 0; n < 5; n += 1) await expect(keys.find(header)).rejects.toThrow();
    expect(provider.asked).toBe(1);

    provider.answer = { status: 200, body: JSON.stringify({ keys: [RSA] }) };
    nowMs = 31_000;

    expect(await keys.find(header)).toMatchObject({ type: 'public' });
  });
});

function fail(warning: string): never {
  throw new Error(warning);
}
