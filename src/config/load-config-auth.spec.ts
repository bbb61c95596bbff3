import { ConfigFolder } from './testing/config-folder.js';

const folder = new ConfigFolder();

describe('authorisation in the configuration', () => {
  it.each(['0.0.0.0:7777', '[::]:7777', '192.0.2.1:7777'])('is wanted on %s', (listen) => {
    expect(folder.problems({ AIRCHECK_HTTP_LISTEN: listen })).toEqual([expect.stringContaining('auth.mode = "none"')]);
    expect(folder.problems({ AIRCHECK_HTTP_LISTEN: listen, AIRCHECK_AUTH_MODE: 'none' })).toEqual([]);
    expect(folder.problems({ AIRCHECK_HTTP_LISTEN: listen, AIRCHECK_AUTH_TOKENS: 'long-enough-here' })).toEqual([]);
    expect(
      folder.problems({ AIRCHECK_HTTP_LISTEN: listen, AIRCHECK_AUTH_TOKENS: 'long-enough-here,too-short' }),
    ).toEqual([expect.stringMatching(/^auth\.tokens has one that has fewer than 16 characters/)]);
  });

  it.each(['127.0.0.1:7777', 'localhost:0', '[::1]:7777'])('is not wanted on %s', (listen) => {
    expect(folder.problems({ AIRCHECK_HTTP_LISTEN: listen })).toEqual([]);
    expect(folder.problems({ AIRCHECK_HTTP_LISTEN: listen, AIRCHECK_AUTH_TOKENS: 'short-12' })).toEqual([]);
  });

  it.each<Record<string, string>>([
    { AIRCHECK_AUTH_SECRET: 'a-secret-of-tests-with-32-bytes!' },
    { AIRCHECK_AUTH_JWKS_URL: 'https://id.example.org/keys' },
    { AIRCHECK_AUTH_ACCOUNTS: '[{"username":"ann","password":"plain as day"}]' },
  ])('is on with %j', (env) => {
    expect(folder.problems({ AIRCHECK_HTTP_LISTEN: '0.0.0.0:7777', ...env })).toEqual([]);
    expect(folder.problems({ AIRCHECK_AUTH_MODE: 'none', ...env })).toHaveLength(1);
  });

  it.each<[string, Record<string, string>]>([
    ['auth.tokens', { AIRCHECK_AUTH_TOKENS: 'abababababababababab' }],
    ['auth.tokens', { AIRCHECK_AUTH_TOKENS: 'Change-Me!1234567' }],
    ['auth.secret', { AIRCHECK_AUTH_SECRET: 'sssssss+'.repeat(4) }],
    ['auth.accounts has a password of "ann"', { AIRCHECK_AUTH_ACCOUNTS: '[{"username":"ann","password":"short"}]' }],
    [
      'auth.accounts has a password of "annemarie"',
      { AIRCHECK_AUTH_ACCOUNTS: '[{"username":"annemarie","password":"AnneMarie"}]' },
    ],
    [
      'webhooks.targets',
      { AIRCHECK_WEBHOOKS_TARGETS: '[{"url":"https://hook.example.org","secret":"xxxxxxxxxxxxxxxxxxxx"}]' },
    ],
    [
      'extra_ice.coturn.secret',
      { AIRCHECK_EXTRA_ICE_COTURN_URLS: 'turn:t.example', AIRCHECK_EXTRA_ICE_COTURN_SECRET: 'relayed' },
    ],
  ])('does not do with a weak secret in %s beyond this machine', (key, env) => {
    const guarded = { AIRCHECK_AUTH_JWKS_URL: 'https://id.example.org/keys', ...env };
    const [problem = '', ...others] = folder.problems({ AIRCHECK_HTTP_LISTEN: '0.0.0.0:7777', ...guarded });

    expect(problem.startsWith(key)).toBe(true);
    expect(others).toEqual([]);
    for (const secret of Object.values(env)) expect(problem).not.toContain(secret);
    expect(folder.problems(guarded)).toEqual([]);
  });

  it.each<Record<string, string>>([
    { AIRCHECK_AUTH_SECRET: 'sssssss+'.repeat(4).slice(1) },
    { AIRCHECK_AUTH_SECRET: 's'.repeat(64) },
    { AIRCHECK_AUTH_JWKS_URL: 'http://id.example.org/keys' },
    { AIRCHECK_AUTH_JWKS_URL: 'file:///etc/passwd' },
    { AIRCHECK_AUTH_ACCOUNTS: '[{"username":"ann"}]' },
    { AIRCHECK_AUTH_ACCOUNTS: '[{"username":"ann","password":"$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA"}]' },
    { AIRCHECK_AUTH_ACCOUNTS: '[{"username":"ann","password":"one"},{"username":"ann","password":"two"}]' },
  ])('does not start with %j', (env) => {
    expect(folder.problems(env)).toHaveLength(1);
    expect(folder.problems(env).join()).not.toMatch(/sssss|plain|one,|argon2i\$/);
  });

  it('warns of passwords in plain text, by the names of their accounts', () => {
    const hash = '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$G8adGRglHMWV31I5bHnXLvhpzKEHSUlVGMQ8aLqLyuQ';
    const accounts = [
      { username: 'ann', password: 'plain' },
      { username: 'bob', password: hash },
    ];
    const { warnings } = folder.load({
      AIRCHECK_AUTH_ACCOUNTS: JSON.stringify(accounts),
      AIRCHECK_AUTH_SECRET: 'sssssss+'.repeat(4),
    });

    expect(warnings).toEqual([expect.stringContaining('plain passwords (ann)')]);
  });

  it('cannot be both off and configured', () => {
    expect(folder.problems({ AIRCHECK_AUTH_MODE: 'none', AIRCHECK_AUTH_TOKENS: 'long-enough' })).toHaveLength(1);
  });

  it('takes the empty credentials of a sample file for none', () => {
    expect(folder.problems({}, '[auth]\nsecret = ""\ntokens = []\naccounts = []')).toEqual([]);
  });
});
