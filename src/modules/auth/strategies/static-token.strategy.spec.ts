import { loadConfig } from '../../../config/index.js';
import { StaticTokenStrategy } from './static-token.strategy.js';

const TOKENS = ['first-token-of-tests', 'second-token-of-tests', 'third-token-of-tests'];

describe('tokens of the configuration', () => {
  const { config } = loadConfig({ env: { AIRCHECK_AUTH_TOKENS: TOKENS.join(',') }, cwd: '/nowhere' });
  const strategy = new StaticTokenStrategy(config);

  it('are compared with all of them, by digests of one length, whichever it is', () => {
    const compared = (token: string): number => {
      let count = 0;
      const digests = (strategy as unknown as { readonly digests: readonly Buffer[] }).digests;
      const counted = new Proxy(digests, {
        get: (target, name) => {
          if (typeof name === 'string' && /^\d+$/.test(name)) count += 1;
          return Reflect.get(target, name) as unknown;
        },
      });
      StaticTokenStrategy.prototype.validate.call(Object.create(strategy, { digests: { value: counted } }), token);
      return count;
    };

    for (const token of [...TOKENS, 'x', 'first-token-of-test', `${TOKENS[0] ?? ''}s`, 'x'.repeat(8000)]) {
      expect(compared(token)).toBe(TOKENS.length);
    }
  });
});
