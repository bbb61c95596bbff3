import type { AppConfig } from '../../config/index.js';

/** A shorter one is a part of too many words that say something. */
const SHORTEST = 8;
/** What means something in a pattern. */
const SPECIAL = /[.*+?^${}()|[\]\\/-]/g;
const HIDDEN = '(hidden)';

/**
 * What was configured and gives access is in no line, however it came there: a token as a part of a path, or as the name of a
 * stream.
 *
 * @returns the line without it
 */
export function secretsHider({ auth, extra_ice: extraIce, tracing, webhooks }: AppConfig): (line: string) => string {
  const secrets = [
    ...auth.tokens,
    auth.secret,
    ...auth.accounts.map(({ password }) => password),
    ...webhooks.targets.map(({ secret }) => secret),
    ...tracing.headers.map((header) => header.slice(header.indexOf('=') + 1)),
    extraIce.coturn.secret,
    extraIce.cloudflare.api_token,
  ].filter((secret) => secret.length >= SHORTEST);
  const texts = [...new Set(secrets.flatMap(formsOf))].sort((a, b) => b.length - a.length);
  if (texts.length === 0) return (line) => line;
  const pattern = new RegExp(texts.map((text) => text.replace(SPECIAL, '\\$&')).join('|'), 'g');
  return (line) => line.replace(pattern, HIDDEN);
}

/** As it is in JSON, and there in a URL. */
function formsOf(secret: string): string[] {
  return [secret, encodeURIComponent(secret)].map((text) => JSON.stringify(text).slice(1, -1));
}
