import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { weaknessOf } from '../../src/config/weak-secret.js';
import { Chart } from '../support/chart/chart.js';
import { describeWith } from '../support/tools.js';

const OWNER = 'annemarie';
const SHORTEST_PASSWORD = 8;
const HASH = '$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$aGFzaGhhc2hoYXNoaGFzaA';

const textOf = (path: string): string => readFileSync(resolve(__dirname, '../..', path), 'utf8');
const passwordOf = (password: string): object => ({
  secrets: { AIRCHECK_AUTH_ACCOUNTS: JSON.stringify([{ username: OWNER, password }]) },
});
const targets = (secret: string): string => JSON.stringify([{ url: 'https://example.org/hook', secret }]);

/** Of each kind that there is, long enough and weak. */
const WEAK: readonly (readonly [string, unknown, string])[] = [
  ['AIRCHECK_AUTH_TOKENS', 'changeme-changeme-2026', 'is tried before all others'],
  ['AIRCHECK_AUTH_TOKENS', ['Zq7-first-of-two-tokens', 'aaaaaaaaaaaaaaaa'], 'has fewer than 5 different characters'],
  ['AIRCHECK_AUTH_TOKENS', 'Zq7-first-of-two-tokens, k9!xqk9!xqk9!xqk9!xq', 'repeats itself'],
  ['AIRCHECK_AUTH_SECRET', 'abcdefghijklmnopqrstuvwxyz0123456789', 'has little more than rows'],
  ['AIRCHECK_EXTRA_ICE_COTURN_SECRET', 'secret-secret-secret', 'is tried before all others'],
  ['AIRCHECK_WEBHOOKS_TARGETS', targets('password-password-1'), 'is tried before all others'],
  ['AIRCHECK_WEBHOOKS_TARGETS', targets('of-15-character'), 'has fewer than 16 characters'],
];

it('common words are those of the server in the chart, which looks no further than they go', () => {
  const [, ofServer] = /^ {2}\/(change-.*)\/g;$/m.exec(textOf('src/config/weak-secret.ts')) ?? [];
  const [, ofChart] = /regexReplaceAll `(.*)` \$others/.exec(textOf('helm/aircheck/templates/_secrets.tpl')) ?? [];

  expect(ofChart).toBe(ofServer?.replace('abc(?=123)', 'abc123'));
});

describeWith('helm')('secrets of the chart', () => {
  let chart: Chart;
  beforeAll(async () => {
    chart = await Chart.open();
  });
  afterAll(() => chart[Symbol.asyncDispose]());

  it.each(WEAK)('are refused that others would guess: of %s %j, which %s', async (name, value, why) => {
    const { exitCode, output } = await chart.template({ secrets: { [name]: value } });

    expect(exitCode).not.toBe(0);
    expect(output).toContain(`secrets.${name} has one that ${why}`);
    for (const secret of [value].flat()) expect(output).not.toContain(secret);
  });

  it.each([
    ...['short', 'password1', 'Passw0rd!', 'admin-token', 'changeme changeme 2026', 'secret-secret-secret'],
    ...['qwertyuiop', 'aaaaaaaa', 'AaAaBbBbCcDd', '12345678', '87654321', 'abcd1234', 'abcabcabc', 'k9!xk9!xk9!x'],
    ...['annemarie', 'AnneMarie', 'annemarie2026!', 'annemarie-password', 'abc123-abc123', 'abcdwxyz1234'],
  ])('are refused for the reason that the server has: %s', async (password) => {
    const why = weaknessOf(password, SHORTEST_PASSWORD, OWNER);
    const { output } = await chart.template(passwordOf(password));

    expect(why).toBeDefined();
    expect(output).toContain(`secrets.AIRCHECK_AUTH_ACCOUNTS has one that ${String(why)}: `);
  });

  it.each([
    ...['four words of no sense', 'a-password-of-tests', 'rootpassword7', 'kioskpass99', '39-Murmeltier-im-Schnee'],
    ...['Zx7!pQ2m', 'the password of annemarie', '83910472', '97531fdb', 'Überlänge-mit-ß', HASH],
  ])('are taken as the server takes them: %s', async (password) => {
    const { exitCode, output } = await chart.template(passwordOf(password));

    expect(weaknessOf(password, SHORTEST_PASSWORD, OWNER)).toBeUndefined();
    expect({ exitCode, said: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, said: '' });
  });
});
