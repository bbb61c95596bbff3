import { createSecretKey } from 'node:crypto';
import { parseArgon2Hash } from '../../../config/index.js';
import { DecoyHashes } from './decoy-hashes.js';
import { isPassword } from './password.js';

const OURS = '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4';
const COSTLY = '$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4';

describe('hashes for names without an account', () => {
  const decoys = new DecoyHashes(createSecretKey(Buffer.alloc(32, 1)));
  const names = Array.from({ length: 2000 }, (_, n) => `name-${String(n)}`);
  const memoryOf = (name: string, hashes: readonly string[]): number =>
    parseArgon2Hash(decoys.hashFor(name, hashes))?.memoryKib ?? 0;

  it('cost what the accounts cost that have other parameters, where there are only such', () => {
    const hash = decoys.hashFor('nobody', [COSTLY]);

    expect(parseArgon2Hash(hash)).toMatchObject({ memoryKib: 65_536, passes: 3, parallelism: 4 });
  });

  it('cost as much as those of accounts in as many cases, always the same for a name', () => {
    const hashes = [OURS, COSTLY, OURS, OURS];
    const costly = names.filter((name) => memoryOf(name, hashes) === 65_536);

    expect(costly.length / names.length).toBeGreaterThan(0.2);
    expect(costly.length / names.length).toBeLessThan(0.3);
    expect(costly.every((name) => memoryOf(name, hashes) === 65_536)).toBe(true);
  });

  it('change for few names when there is one account more', () => {
    const before = names.map((name) => memoryOf(name, [OURS, OURS, OURS, OURS, COSTLY]));
    const after = names.map((name) => memoryOf(name, [OURS, OURS, OURS, OURS, COSTLY, COSTLY]));

    expect(before.filter((memory, index) => memory !== after[index]).length / names.length).toBeLessThan(0.2);
  });

  it('are ours where there is no account, and of no password', async () => {
    const hash = decoys.hashFor('nobody', []);

    expect(parseArgon2Hash(hash)?.memoryKib).toBe(19_456);
    expect(await isPassword('', hash)).toBe(false);
  });
});
