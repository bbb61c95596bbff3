import { createHmac, randomBytes, type KeyObject } from 'node:crypto';
import { USUAL_COST } from './password.js';

const SALT_BYTES = 16;
const HASH_BYTES = 32;
const LONGEST_DRAW = 2 ** 48;

/**
 * Hashes that no password has, for names without an account. Which names are checked at which cost is as with the accounts that
 * there are: of those a tenth may have hashes of other parameters, and then a tenth of all other names takes that long too. The
 * same name always takes the same time, and adding an account changes few of them.
 */
export class DecoyHashes {
  /** @param key without it nobody can tell which cost a name has for want of an account */
  constructor(private readonly key: KeyObject) {}

  /** @param hashes of all accounts, in the PHC string format */
  hashFor(username: string, hashes: readonly string[]): string {
    const counts = new Map<string, number>();
    for (const cost of hashes.map(costOf)) counts.set(cost, (counts.get(cost) ?? 0) + 1);
    const [first = { cost: USUAL_COST }] = [...counts]
      .map(([cost, count]) => ({ cost, score: this.scoreOf(username, cost, count) }))
      .sort((a, b) => b.score - a.score);
    const salt = randomBytes(SALT_BYTES).toString('base64').replaceAll('=', '');
    const hash = randomBytes(HASH_BYTES).toString('base64').replaceAll('=', '');
    return `$argon2id$v=19$${first.cost}$${salt}$${hash}`;
  }

  /** Weighted rendezvous hashing: the highest of all wins as often as its weight is of all weights. */
  private scoreOf(username: string, cost: string, weight: number): number {
    const mac = createHmac('sha256', this.key)
      .update(JSON.stringify(['decoy', username, cost]))
      .digest();
    return -weight / Math.log((mac.readUIntBE(0, 6) + 1) / (LONGEST_DRAW + 1));
  }
}

/** @returns `m=…,t=…,p=…` */
function costOf(hash: string): string {
  return hash.split('$')[3] ?? USUAL_COST;
}
