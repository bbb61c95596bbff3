import { loadConfig } from '../../config/index.js';
import { secretsHider } from './hidden-secrets.js';

function hiderOf(env: Record<string, string>): (line: string) => string {
  return secretsHider(loadConfig({ env, cwd: '/nowhere' }).config);
}

describe('a line of the log', () => {
  const hide = hiderOf({
    AIRCHECK_AUTH_TOKENS: 'a-token-of-tests,a-token-of-tests-that-is-longer,with/slash"quote',
    AIRCHECK_AUTH_SECRET: 'a-secret-of-tests-with-32-bytes!',
    AIRCHECK_AUTH_ACCOUNTS:
      '[{"username":"ann","password":"four words of no sense"},{"username":"bob","password":"cam"}]',
  });

  it.each([
    [{ url: '/whip/a-token-of-tests/x' }, '{"url":"/whip/(hidden)/x"}'],
    [{ url: '/live/a-token-of-tests-that-is-longer' }, '{"url":"/live/(hidden)"}'],
    [{ stream: 'with/slash"quote' }, '{"stream":"(hidden)"}'],
    [{ url: '/x/with%2Fslash%22quote' }, '{"url":"/x/(hidden)"}'],
    [{ msg: 'a-secret-of-tests-with-32-bytes! four words of no sense' }, '{"msg":"(hidden) (hidden)"}'],
  ])('has no credential of the configuration: %j', (said, written) => {
    expect(hide(JSON.stringify(said))).toBe(written);
  });

  it('is left as it is for a word that is too short, and where nothing is configured', () => {
    expect(hide('{"stream":"cam"}')).toBe('{"stream":"cam"}');
    expect(hiderOf({})('{"stream":"cam"}')).toBe('{"stream":"cam"}');
  });
});
