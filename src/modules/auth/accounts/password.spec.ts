import { hashPassword, isPassword } from './password.js';

describe('passwords', () => {
  // Of the reference implementation: https://github.com/P-H-C/phc-winner-argon2, src/test.c.
  it.each([
    '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4',
    '$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc',
    '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
  ])('are told by the hash of another implementation: %s', async (stored) => {
    expect(await isPassword('password', stored)).toBe(true);
    expect(await isPassword('Password', stored)).toBe(false);
    expect(await isPassword(stored, stored)).toBe(false);
  });

  it('are hashed anew each time', async () => {
    const [first, second] = await Promise.all([hashPassword('pässword'), hashPassword('pässword')]);

    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(first).not.toBe(second);
    expect(await isPassword('pässword', first)).toBe(true);
    expect(await isPassword('password', first)).toBe(false);
  });

  it('are told by nothing but a hash', async () => {
    expect(await isPassword('plain', 'plain')).toBe(false);
  });
});
