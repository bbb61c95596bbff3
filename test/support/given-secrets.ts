/** Variables whose value nobody may read in a log. */
const SECRET_NAMES = /TOKEN|SECRET|PASSWORD|ACCESS_KEY|ACCOUNTS|CREDENTIAL|API_KEY/;
/** Too short a word is also a part of others. */
const SHORTEST_SECRET = 6;

/**
 * What a server was told that must not be in its log: tokens, keys, passwords of accounts, of URLs and of TURN servers.
 *
 * @param env as it was started
 */
export function secretsIn(env: Readonly<Record<string, string | undefined>>): string[] {
  const values = Object.entries(env).flatMap(([name, value = '']) => [
    ...(SECRET_NAMES.test(name) ? secretsOfSetting(value) : []),
    ...passwordsIn(value),
  ]);
  return [...new Set(values)].filter((value) => value.length >= SHORTEST_SECRET);
}

/** @returns secrets of `given` that are in a text, as they are or encoded for a URL */
export function leakedInto(text: string, given: readonly string[]): string[] {
  return given.filter((secret) => text.includes(secret) || text.includes(encodeURIComponent(secret)));
}

/** A list of tokens or of tables; of tables only what {@link passwordsIn} finds. */
function secretsOfSetting(value: string): string[] {
  return value.startsWith('[') ? [] : value.split(',').map((part) => part.trim());
}

/** In JSON by the names that settings have, in URLs before the @. */
function passwordsIn(value: string): string[] {
  const members = value.matchAll(/"(?:credential|password|password_hash|secret|token)"\s*:\s*"([^"]+)"/g);
  const urls = value.matchAll(/\b\w+:\/\/[^:/@\s]*:([^@/\s]+)@/g);
  return [...members, ...urls].map(([, secret = '']) => secret);
}
