import { isArgon2Hash } from './password-hash.js';
import type { AppConfig } from './schema.js';

/** Of what strangers may guess at over the network. */
const SHORTEST_TOKEN = 16;
const SHORTEST_PASSWORD = 8;
/** Whoever may use a relay can try secrets at home: of `username` it makes the password that he is told. */
const SHORTEST_SHARED_SECRET = 16;
/** `aaaaaaaaaaaaaaaa` and `abababababababab` are as long as others. */
const FEWEST_CHARACTERS = 5;

/** What is tried first. */
const COMMON =
  /^(?:change-?me|pass-?word|pass-?w0rd|letmein|welcome|qwerty(?:uiop)?|administrator|admin|aircheck|default|secret|token|12345678(?:90?)?|123123123)[\d!.*-]*$/i;

/**
 * Secrets that do on one machine and not on an address that others can reach.
 *
 * @returns one sentence each, which names the key and not the secret
 */
export function exposedSecretProblems({ auth, webhooks, extra_ice: extraIce }: AppConfig): string[] {
  const problems: string[] = [];
  const judge = (key: string, secret: string, shortest: number, name = ''): void => {
    const why =
      weaknessOf(secret, shortest) ?? (secret.toLowerCase() === name.toLowerCase() ? 'is the name' : undefined);
    if (why !== undefined) {
      problems.push(`${key} ${why}, and http.listen is an address that other machines can reach: make it another one.`);
    }
  };
  for (const token of auth.tokens) judge('auth.tokens has one that', token, SHORTEST_TOKEN);
  if (auth.secret !== '') judge('auth.secret is one that', auth.secret, SHORTEST_TOKEN);
  for (const { username, password } of auth.accounts) {
    if (isArgon2Hash(password)) continue;
    judge(`auth.accounts has a password of ${JSON.stringify(username)} that`, password, SHORTEST_PASSWORD, username);
  }
  for (const { secret } of webhooks.targets) judge('webhooks.targets has a secret that', secret, SHORTEST_TOKEN);
  const { secret } = extraIce.coturn;
  if (secret !== '') judge('extra_ice.coturn.secret is one that', secret, SHORTEST_SHARED_SECRET);
  return problems;
}

function weaknessOf(secret: string, shortest: number): string | undefined {
  if (secret.length < shortest) return `has fewer than ${String(shortest)} characters`;
  if (new Set(secret).size < FEWEST_CHARACTERS)
    return `has fewer than ${String(FEWEST_CHARACTERS)} different characters`;
  return COMMON.test(secret) ? 'is tried before all others' : undefined;
}
