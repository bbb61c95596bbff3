import { loadConfig } from '../../config/index.js';
import { AppError } from '../../shared/errors.js';
import { TokenInvalidError, TokenMissingError } from './auth.errors.js';
import { AuthService } from './auth.service.js';
import { Caller } from './ports/caller.js';
import { ALL_RIGHTS } from './ports/right.js';
import { KeySetTokenStrategy } from './strategies/key-set-token.strategy.js';
import { SecretTokenStrategy } from './strategies/secret-token.strategy.js';
import { StaticTokenStrategy } from './strategies/static-token.strategy.js';
import { hs256, inSeconds, jwt, streamToken } from './testing/json-web-token.js';
import type { Bearer } from './strategies/bearer.js';
import { revocationIdOf } from './tokens/revocation-id.js';
import { SigningKey } from './tokens/signing-key.js';
import type { Withdrawals } from './tokens/withdrawals.js';

const SECRET = 'a-secret-of-tests-with-32-bytes!';
const REVOKED = 'revoked-before-its-time';

/** One token is revoked, and all log-ins but those of ann are over. */
const withdrawals = {
  has: ({ caller, login }: Bearer) =>
    caller.origin.tokenIds.includes(revocationIdOf(REVOKED)) || (login !== undefined && login.username !== 'ann'),
};

function authWith(env: Record<string, string>): AuthService {
  const { config } = loadConfig({ env, cwd: '/nowhere' });
  return new AuthService(
    config,
    new StaticTokenStrategy(config),
    new SecretTokenStrategy(new SigningKey(config), config),
    new KeySetTokenStrategy(config),
    withdrawals as unknown as Withdrawals,
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
    const auth = authWith({ AIRCHECK_AUTH_SECRET: SECRET, AIRCHECK_AUTH_CLOCK_LEEWAY_SECONDS: '0' });
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
      ['has a maker that nobody can read', streamToken(SECRET, { ...good, made_by: { tokens: 'all' } })],
      ['has a maker of another kind', streamToken(SECRET, { ...good, made_by: { tokens: [], more: 1 } })],
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
      [
        'is of another type',
        jwt({ typ: 'secevent+jwt', alg: 'HS256' }, { ...good, exp: inSeconds(60) }, hs256(SECRET)),
      ],
      ['has a critical header', jwt({ ...header, crit: ['exp'] }, { ...good, exp: inSeconds(60) }, hs256(SECRET))],
      ['has an empty critical header', jwt({ ...header, crit: [] }, { ...good, exp: inSeconds(60) }, hs256(SECRET))],
      ['came of the log-in of an account that is gone', streamToken(SECRET, { ...good, sub: 'bob', use: 'login' })],
      ['has no claims', `${Buffer.from(JSON.stringify(header)).toString('base64url')}..`],
    ])('refuses one that %s', async (_what, token) => {
      await expect(auth.callerOf(`Bearer ${token}`)).rejects.toThrow(TokenInvalidError);
    });

    it('takes what a log-in gave while there is its account', async () => {
      const token = streamToken(SECRET, { ...good, sub: 'ann', use: 'login', ver: '1' });

      expect(await auth.callerOf(`Bearer ${token}`)).toMatchObject({ kind: 'login', subject: 'ann' });
    });

    it.each([
      ['has expired', { exp: inSeconds(-3) }, { exp: inSeconds(-6) }],
      ['is not good yet', { nbf: inSeconds(3) }, { nbf: inSeconds(30) }],
    ])('takes one that %s by as much as clocks may be off, and makes it no longer', async (_what, taken, refused) => {
      const lenient = authWith({ AIRCHECK_AUTH_SECRET: SECRET });

      const { expiresAtMs } = await lenient.callerOf(`Bearer ${streamToken(SECRET, { ...good, ...taken })}`);

      if ('exp' in taken) expect(expiresAtMs).toBe(taken.exp * 1000);
      await expect(lenient.callerOf(`Bearer ${streamToken(SECRET, { ...good, ...refused })}`)).rejects.toThrow(
        TokenInvalidError,
      );
    });

    it('checks a signature once, by who may have made it, however often the token comes', async () => {
      const { config } = loadConfig({ env: { AIRCHECK_AUTH_SECRET: SECRET }, cwd: '/nowhere' });
      const strategies = [
        new StaticTokenStrategy(config),
        new SecretTokenStrategy(new SigningKey(config), config),
        new KeySetTokenStrategy(config),
      ] as const;
      const asked = strategies.map((strategy) => jest.spyOn(strategy, 'validate'));
      const counted = new AuthService(config, ...strategies, withdrawals as unknown as Withdrawals);
      const token = `Bearer ${streamToken(SECRET, good)}`;

      for (let n = 0; n < 100; n += 1) await counted.callerOf(token);

      expect(asked.map(({ mock }) => mock.calls.length)).toEqual([0, 1, 0]);
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

  describe('wrong tokens of one address', () => {
    const FROM = (): string => '192.0.2.7';
    const RIGHT = 'Bearer a-token-of-the-configuration';
    const hammered = async (auth: AuthService, header = 'Bearer made-up'): Promise<string[]> => {
      const outcomes = Array.from({ length: 110 }, () => outcomeOf(auth, header, FROM));
      return Promise.all(outcomes);
    };
    const outcomeOf = (auth: AuthService, header: string, from?: () => string): Promise<string> =>
      auth.callerOf(header, from).then(
        () => 'ok',
        (error: unknown) => (error instanceof AppError ? error.code : String(error)),
      );
    const server = (): AuthService => authWith({ AIRCHECK_AUTH_TOKENS: RIGHT.slice(7), AIRCHECK_AUTH_SECRET: SECRET });

    it('are told to come later after a hundred, and those of others are not', async () => {
      const auth = server();

      const outcomes = await hammered(auth);

      expect(outcomes.slice(0, 100)).toEqual(outcomes.slice(0, 100).fill('token-invalid'));
      expect(outcomes.slice(100)).toEqual(outcomes.slice(100).fill('tokens-throttled'));
      expect(await outcomeOf(auth, 'Bearer made-up', () => '192.0.2.8')).toBe('token-invalid');
    });

    it('hold up no signed token, and none of the configuration that has come from there before', async () => {
      const auth = server();
      expect(await outcomeOf(auth, RIGHT, FROM)).toBe('ok');
      await hammered(auth);

      expect(await outcomeOf(auth, RIGHT, FROM)).toBe('ok');
      expect(await outcomeOf(auth, `Bearer ${streamToken(SECRET, { id: 'cam', mode: 4 })}`, FROM)).toBe('ok');
    });

    it('do not find out a token of the configuration, though others use it elsewhere', async () => {
      const auth = server();
      expect(await outcomeOf(auth, RIGHT, () => '192.0.2.8')).toBe('ok');
      await hammered(auth);

      expect(await outcomeOf(auth, RIGHT, FROM)).toBe('tokens-throttled');
    });

    it('are not those that were good once: they are told to get a new one', async () => {
      const auth = server();
      const old = `Bearer ${streamToken(SECRET, { id: 'cam', mode: 4, exp: inSeconds(-60) })}`;

      expect(new Set(await hammered(auth, old))).toEqual(new Set(['token-invalid']));
      expect(await outcomeOf(auth, 'Bearer made-up', FROM)).toBe('token-invalid');
    });
  });
});
