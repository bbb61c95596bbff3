import { loadConfig } from '../../config/index.js';
import { TokenInvalidError, TokenMissingError } from './auth.errors.js';
import { AuthService } from './auth.service.js';
import { Caller } from './ports/caller.js';
import { ALL_RIGHTS } from './ports/right.js';
import { KeySetTokenStrategy } from './strategies/key-set-token.strategy.js';
import { SecretTokenStrategy } from './strategies/secret-token.strategy.js';
import { StaticTokenStrategy } from './strategies/static-token.strategy.js';
import { hs256, inSeconds, jwt, streamToken } from './testing/json-web-token.js';
import type { RevokedTokens } from './tokens/revoked-tokens.js';
import { SigningKey } from './tokens/signing-key.js';

const SECRET = 'a-secret-of-tests-with-32-bytes!';
const REVOKED = 'revoked-before-its-time';

function authWith(env: Record<string, string>): AuthService {
  const { config } = loadConfig({ env, cwd: '/nowhere' });
  return new AuthService(
    config,
    new StaticTokenStrategy(config),
    new SecretTokenStrategy(new SigningKey(config), config),
    new KeySetTokenStrategy(config),
    { has: (tokenId: string) => tokenId === REVOKED } as unknown as RevokedTokens,
  );
}

describe('AuthService', () => {
  it('lets everyone do everything when nothing is configured', async () => {
    const auth = authWith({});

    expect(auth.isOn).toBe(false);
    expect(await auth.callerOf(undefined)).toBe(Caller.ANYONE);
    expect((await auth.callerOf('Bearer whatever')).mayOnAll(['admin'])).toBe(true);
  });

  describe('with tokens', () => {
    const auth = authWith({ AIRCHECK_AUTH_TOKENS: 'first-token,second-token' });

    it.each(['Bearer first-token', 'Bearer second-token', 'bearer   second-token '])('takes "%s"', async (header) => {
      const caller = await auth.callerOf(header);

      for (const right of ALL_RIGHTS) expect(caller.mayOnAll([right])).toBe(true);
    });

    it('tells tokens apart without telling what they are', async () => {
      const { kind, subject } = await auth.callerOf('Bearer second-token');

      expect({ kind, subject }).toEqual({ kind: 'token', subject: 'auth.tokens #2' });
    });

    it.each([
      undefined,
      '',
      'Bearer',
      'Bearer ',
      'Basic first-token',
      'first-token',
      'Bearer first-token second-token',
    ])('wants a bearer token instead of %j', async (header) => {
      await expect(auth.callerOf(header)).rejects.toThrow(TokenMissingError);
    });

    it.each(['Bearer first-toke', 'Bearer first-token,second-token', 'Bearer FIRST-TOKEN'])(
      'refuses "%s"',
      async (header) => {
        await expect(auth.callerOf(header)).rejects.toThrow(TokenInvalidError);
        expect(await auth.findCaller(header)).toBe(undefined);
      },
    );

    it.each(['', ' ', SECRET])('takes no JWT, and none that was signed with %j', async (secret) => {
      const token = streamToken(secret, { id: '*', mode: 7 });

      await expect(auth.callerOf(`Bearer ${token}`)).rejects.toThrow(TokenInvalidError);
    });
  });

  describe('with a secret', () => {
    const auth = authWith({ AIRCHECK_AUTH_SECRET: SECRET });
    const good = { id: 'cam', mode: 7 };
    const header = { typ: 'JWT', alg: 'HS256' };

    it.each([
      [7, ['publish', 'watch', 'record', 'playback', 'admin']],
      [4, ['watch', 'playback']],
      [2, ['publish']],
      [1, ['record', 'admin']],
      [6, ['publish', 'watch', 'playback']],
      [0, []],
      [8, []],
    ])('takes mode %d for the rights %j', async (mode, rights) => {
      const caller = await auth.callerOf(`Bearer ${streamToken(SECRET, { id: 'cam', mode })}`);

      expect(ALL_RIGHTS.filter((right) => caller.may([right], 'cam'))).toEqual(rights);
      expect(ALL_RIGHTS.filter((right) => caller.may([right], 'camera'))).toEqual([]);
      expect(ALL_RIGHTS.filter((right) => caller.mayOnAll([right]))).toEqual([]);
    });

    it('enforces the mode of a token for all streams', async () => {
      const caller = await auth.callerOf(`Bearer ${streamToken(SECRET, { id: '*', mode: 4 })}`);

      expect(ALL_RIGHTS.filter((right) => caller.mayOnAll([right]))).toEqual(['watch', 'playback']);
    });

    it('takes the example of RFC 7515 for nothing', async () => {
      const example =
        'eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';

      await expect(auth.callerOf(`Bearer ${example}`)).rejects.toThrow(TokenInvalidError);
    });

    it.each([
      ['was revoked', streamToken(SECRET, { ...good, jti: REVOKED })],
      ['has expired', streamToken(SECRET, { ...good, exp: inSeconds(-1) })],
      ['never expires', jwt(header, good, hs256(SECRET))],
      ['is not good yet', streamToken(SECRET, { ...good, nbf: inSeconds(60) })],
      ['has no stream', streamToken(SECRET, { mode: 7 })],
      ['has an empty stream', streamToken(SECRET, { ...good, id: '' })],
      ['has no mode', streamToken(SECRET, { id: 'cam' })],
      ['has a mode that is none', streamToken(SECRET, { id: 'cam', mode: '7' })],
      ['was signed with another key', streamToken('another-secret-with-32-bytes-too', good)],
      ['was signed with no key', streamToken('', good)],
      ['was not signed', jwt({ typ: 'JWT', alg: 'none' }, { ...good, exp: inSeconds(60) }, () => Buffer.alloc(0))],
      ['has another algorithm', jwt({ alg: 'HS384' }, { ...good, exp: inSeconds(60) }, hs256(SECRET))],
      ['has a critical header', jwt({ ...header, crit: ['exp'] }, { ...good, exp: inSeconds(60) }, hs256(SECRET))],
      ['has an empty critical header', jwt({ ...header, crit: [] }, { ...good, exp: inSeconds(60) }, hs256(SECRET))],
      ['came of the log-in of an account that is gone', streamToken(SECRET, { ...good, sub: 'ann', use: 'login' })],
      ['has no claims', `${Buffer.from(JSON.stringify(header)).toString('base64url')}..`],
    ])('refuses one that %s', async (_what, token) => {
      await expect(auth.callerOf(`Bearer ${token}`)).rejects.toThrow(TokenInvalidError);
    });

    it('takes what a log-in gave while there is its account', async () => {
      const accounts =
        '[{"username":"ann","password":"$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA"}]';
      const withAnn = authWith({ AIRCHECK_AUTH_SECRET: SECRET, AIRCHECK_AUTH_ACCOUNTS: accounts });
      const tokenOf = (sub: string): string => `Bearer ${streamToken(SECRET, { ...good, sub, use: 'login' })}`;

      expect((await withAnn.callerOf(tokenOf('ann'))).subject).toBe('ann');
      await expect(withAnn.callerOf(tokenOf('bob'))).rejects.toThrow(TokenInvalidError);
    });

    it('says when a token is over, at once', async () => {
      const token = `Bearer ${streamToken(SECRET, { ...good, exp: inSeconds(2) })}`;
      const begunAt = Date.now();

      await new Promise<void>((resolve) => auth.whenOver(token, resolve));

      expect(Date.now() - begunAt).toBeLessThan(4000);
    });

    it('refuses a token that it knew when its time is over', async () => {
      const token = `Bearer ${streamToken(SECRET, { ...good, exp: inSeconds(2) })}`;
      await auth.callerOf(token);
      jest.useFakeTimers({ now: Date.now() + 3000, doNotFake: ['nextTick', 'setImmediate'] });

      try {
        await expect(auth.callerOf(token)).rejects.toThrow(TokenInvalidError);
      } finally {
        jest.useRealTimers();
      }
    });
  });
});
