import { loadConfig, type AppConfig } from '../../config/index.js';
import { TokenInvalidError, TokenMissingError } from './auth.errors.js';
import { AuthService } from './auth.service.js';
import { ALL_RIGHTS } from './ports/right.js';

function configWith(env: Record<string, string>): AppConfig {
  return loadConfig({ env, cwd: '/nowhere' }).config;
}

describe('AuthService', () => {
  it('lets everyone do everything when no token is configured', () => {
    const auth = new AuthService(configWith({}));

    expect(auth.isOn).toBe(false);
    expect(auth.rightsOf(undefined)).toEqual(ALL_RIGHTS);
    expect(auth.rightsOf('Bearer whatever')).toEqual(ALL_RIGHTS);
  });

  describe('with tokens', () => {
    const auth = new AuthService(configWith({ AIRCHECK_AUTH_TOKENS: 'first-token,second-token' }));

    it.each(['Bearer first-token', 'Bearer second-token', 'bearer   second-token '])('takes "%s"', (header) => {
      expect(auth.rightsOf(header)).toEqual(ALL_RIGHTS);
    });

    it.each([
      undefined,
      '',
      'Bearer',
      'Bearer ',
      'Basic first-token',
      'first-token',
      'Bearer first-token second-token',
    ])('wants a bearer token instead of %j', (header) => {
      expect(() => auth.rightsOf(header)).toThrow(TokenMissingError);
    });

    it.each(['Bearer first-toke', 'Bearer first-token,second-token', 'Bearer FIRST-TOKEN'])(
      'refuses "%s"',
      (header) => {
        expect(() => auth.rightsOf(header)).toThrow(TokenInvalidError);
      },
    );
  });
});
