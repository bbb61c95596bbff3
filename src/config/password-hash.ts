/** What an argon2id hash was made with, as its text says. */
export interface Argon2Hash {
  readonly memoryKib: number;
  readonly passes: number;
  readonly parallelism: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** The PHC string format of argon2id, version 1.3: base64 without padding. */
const PHC = /^\$argon2id\$v=19\$m=(\d{1,8}),t=(\d{1,4}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{16,86})$/;
/** More would let one log-in take all memory, or a minute. */
const MOST_MEMORY_KIB = 1_048_576;
const MOST_PASSES = 100;
const MOST_LANES = 64;

/** @returns undefined for what is no such text, or asks for more than a server should give for a log-in */
export function parseArgon2Hash(text: string): Argon2Hash | undefined {
  const match = PHC.exec(text);
  if (match === null) return undefined;
  const [, memory = '', passes = '', parallelism = '', salt = '', hash = ''] = match;
  const read: Argon2Hash = {
    memoryKib: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  };
  return isSane(read) ? read : undefined;
}

export function isArgon2Hash(text: string): boolean {
  return parseArgon2Hash(text) !== undefined;
}

/** RFC 9106 section 3.1: at least 8 KiB for each lane. */
function isSane({ memoryKib, passes, parallelism, salt }: Argon2Hash): boolean {
  return (
    parallelism >= 1 &&
    parallelism <= MOST_LANES &&
    passes >= 1 &&
    passes <= MOST_PASSES &&
    memoryKib >= 8 * parallelism &&
    memoryKib <= MOST_MEMORY_KIB &&
    salt.length >= 8
  );
}
