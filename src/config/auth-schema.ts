import { z } from 'zod';
import { isLoopback } from './formats.js';
import { isArgon2Hash } from './password-hash.js';
import { oneOf, setting, text, wholeNumber } from './setting.js';

/** HS256 wants a key as long as its hash (RFC 7518 section 3.2). */
const SHORTEST_SECRET_BYTES = 32;

const account = z.strictObject({
  username: z.string().min(1).max(255),
  password: z
    .string()
    .min(1)
    .max(4096)
    .refine((password) => !password.startsWith('$argon2') || isArgon2Hash(password)),
});

/** A list of claims or one: `aud = "a"` and `aud = ["a", "b"]`. */
const names = z.array(z.string().min(1).max(1024)).default([]);

export const auth = z.strictObject({
  mode: oneOf(
    ['auto', 'none'],
    'auto',
    'auto: a token is wanted when tokens, secret, jwks_url or accounts are configured. none: everyone may do everything.',
  ),
  tokens: setting(z.array(z.string().regex(/^[\x21-\x2b\x2d-\x7e]{8,}$/)).default([]), {
    description: 'Bearer tokens that may do everything.',
    unit: 'tokens, comma separated',
    allowed: 'tokens of at least 8 characters, of 16 beyond loopback, without spaces and commas',
    secret: 'value',
  }),
  secret: setting(
    z
      .string()
      .max(4096)
      .refine((secret) => secret === '' || isSecret(secret))
      .default(''),
    {
      description: 'Key of HS256 tokens (JWT with id, exp and mode). Empty: none are taken.',
      unit: 'text',
      allowed: 'a text of at least 32 bytes that is not one character again and again',
      secret: 'value',
    },
  ),
  jwks_url: setting(z.string().refine(isKeySetUrlOrEmpty).default(''), {
    description: 'Where the public keys of RS256 and ES256 tokens are (a JSON Web Key Set). Empty: none are taken.',
    unit: 'https:// URL',
    allowed: 'an https:// URL, or http:// on this machine',
  }),
  issuer: text({ description: 'jwks_url: the iss that tokens must have. Empty: any.', unit: 'text' }),
  audience: setting(names, {
    description: 'jwks_url: tokens must have one of these as aud. Empty: any.',
    unit: 'texts, comma separated',
    allowed: 'a list of texts',
  }),
  clock_leeway_seconds: wholeNumber({
    min: 0,
    max: 60,
    default: 5,
    unit: 'seconds',
    description: 'How far the clock of whoever makes JWTs may be off: they are taken so much sooner and longer.',
  }),
  accounts: setting(z.array(account).default([]), {
    description: 'Who may log in, and then do everything. Passwords as `aircheck token hash` writes them.',
    unit: 'JSON: [{"username":"ann","password":"$argon2id$…"}]',
    allowed: 'a list of tables with username and password, the password as "$argon2id$v=19$m=…,t=…,p=…$salt$hash"',
    secret: 'value',
  }),
});

export type AuthConfig = z.output<typeof auth>;

/** True when there is some way to show who one is. */
export function hasCredentials({ tokens, secret, jwks_url: jwksUrl, accounts }: AuthConfig): boolean {
  return tokens.length > 0 || secret !== '' || jwksUrl !== '' || accounts.length > 0;
}

/** @returns one sentence for each thing that works and should not stay so */
export function authWarnings({ accounts, secret, jwks_url: jwksUrl, issuer, audience }: AuthConfig): string[] {
  const warnings: string[] = [];
  const plain = accounts.filter(({ password }) => !isArgon2Hash(password)).map(({ username }) => username);
  if (plain.length > 0) {
    warnings.push(
      `auth.accounts has plain passwords (${plain.join(', ')}): "aircheck token hash" makes hashes to put there instead.`,
    );
  }
  if (accounts.length > 0 && secret === '')
    warnings.push('auth.accounts is set without auth.secret: whoever logged in has to do so again after a restart.');
  if (jwksUrl !== '' && (issuer === '' || audience.length === 0)) {
    warnings.push(
      'auth.jwks_url is set without both auth.issuer and auth.audience: tokens that its keys made for others are taken too.',
    );
  }
  return warnings;
}

/** @returns one sentence for each thing that is wrong in it */
export function authProblems({ accounts }: AuthConfig): string[] {
  const seen = new Set<string>();
  return accounts.flatMap(({ username }) => {
    const isTwice = seen.has(username);
    seen.add(username);
    return isTwice ? [`auth.accounts has ${JSON.stringify(username)} more than once.`] : [];
  });
}

function isSecret(secret: string): boolean {
  return Buffer.byteLength(secret) >= SHORTEST_SECRET_BYTES && new Set(secret).size > 1;
}

function isKeySetUrlOrEmpty(value: string): boolean {
  if (value === '') return true;
  const url = URL.parse(value);
  if (url?.username !== '' || url.password !== '') return false;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return url.protocol === 'https:' || (url.protocol === 'http:' && (host === 'localhost' || isLoopback(host)));
}
