import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { parseArgon2Hash, type Argon2Hash } from '../../../config/index.js';

const derive = promisify(argon2);

const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** What OWASP's Password Storage Cheat Sheet wants at least of argon2id. */
const COST = { memoryKib: 19_456, passes: 2, parallelism: 1 } as const;

/** As hashes say it that are made here. */
export const USUAL_COST = `m=${String(COST.memoryKib)},t=${String(COST.passes)},p=${String(COST.parallelism)}`;

/** @returns a new hash in the PHC string format, as every implementation of argon2 reads it */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await hashWith(password, { ...COST, salt }, HASH_BYTES);
  return `$argon2id$v=19$${USUAL_COST}$${unpadded(salt)}$${unpadded(hash)}`;
}

/** @param hash in the PHC string format; no password has any other */
export async function isPassword(password: string, hash: string): Promise<boolean> {
  const known = parseArgon2Hash(hash);
  if (known === undefined) return false;
  return timingSafeEqual(await hashWith(password, known, known.hash.length), known.hash);
}

function hashWith(
  password: string,
  { memoryKib, passes, parallelism, salt }: Omit<Argon2Hash, 'hash'>,
  tagLength: number,
): Promise<Buffer> {
  return derive('argon2id', { message: password, nonce: salt, memory: memoryKib, passes, parallelism, tagLength });
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}
