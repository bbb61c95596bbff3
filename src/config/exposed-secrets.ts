import { isArgon2Hash } from './password-hash.js';
import type { AppConfig } from './schema.js';
import { SHORTEST_PASSWORD, weaknessOf } from './weak-secret.js';

/** Of what strangers may guess at over the network. */
const SHORTEST_TOKEN = 16;
/** Whoever may use a relay can try secrets at home: of `username` it makes the password that he is told. */
const SHORTEST_SHARED_SECRET = 16;
/**
 * Secrets that do on one machine and not on an address that others can reach.
 *
 * @returns one sentence each, which names the key and not the secret
 */
export function exposedSecretProblems({ auth, webhooks, extra_ice: extraIce }: AppConfig): string[] {
  const problems: string[] = [];
  const judge = (key: string, secret: string, shortest: number, name = ''): void => {
    const why = weaknessOf(secret, shortest, name);
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
