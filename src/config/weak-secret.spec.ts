import { randomBytes, randomUUID } from 'node:crypto';
import { weaknessOf } from './weak-secret.js';

describe('weaknessOf', () => {
  it.each([
    'short',
    'password1',
    'Passw0rd!',
    'admin-token',
    'changeme changeme 2026',
    'secret-secret-secret',
    'qwertyuiop',
    'aaaaaaaa',
    'AaAaBbBbCcDd',
    '12345678',
    '87654321',
    'abcd1234',
    'abcabcabc',
    'k9!xk9!xk9!x',
    'annemarie',
    'AnneMarie',
    'annemarie2026!',
    'annemarie-password',
  ])('finds %s weak for annemarie', (secret) => {
    expect(weaknessOf(secret, 8, 'annemarie')).toEqual(expect.any(String));
  });

  it.each([
    'four words of no sense',
    'correct horse',
    'a-password-of-tests',
    'rootpassword7',
    'kioskpass99',
    '39-Murmeltier-im-Schnee',
    'Zx7!pQ2m',
    'the password of annemarie',
    '83910472',
  ])('takes %s', (secret) => {
    expect(weaknessOf(secret, 8, 'annemarie')).toBeUndefined();
  });

  it('takes what openssl, Helm and others make up', () => {
    const makers = [
      () => randomBytes(16).toString('hex'),
      () => randomBytes(24).toString('hex'),
      () => randomBytes(32).toString('base64'),
      () => randomUUID(),
    ];
    const made = makers.flatMap((make) => Array.from({ length: 2000 }, make));

    expect(made.filter((secret) => weaknessOf(secret, 16) !== undefined)).toEqual([]);
  });
});
