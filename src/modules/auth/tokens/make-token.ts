import { randomUUID, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Origin } from '../ports/origin.js';
import { LOGIN_USE, type MadeBy } from './claims.js';

export interface TokenContent {
  /** A stream, a pattern or `*`. */
  readonly scope: string;
  readonly mode: number;
  readonly durationSeconds: number;
  /** Who it is for; undefined for whoever has it. */
  readonly subject: string | undefined;
  /** For a token that a log-in gave: what the account is known by until its password is another. */
  readonly accountVersion: string | undefined;
  /** By whom it is made; nothing for who needs no account and no token for it, and for a log-in. */
  readonly origin: Origin;
}

export interface MadeToken {
  /** The claim `jti`. */
  readonly id: string;
  readonly text: string;
  readonly expiresAt: Date;
}

/** A JWT with the claims of live777 (`id`, `exp`, `mode`) and what RFC 7519 has beside. */
export async function makeToken(key: KeyObject, content: TokenContent, nowMs = Date.now()): Promise<MadeToken> {
  const { scope, mode, durationSeconds, subject, accountVersion, origin } = content;
  const issuedAt = Math.floor(nowMs / 1000);
  const expiry = issuedAt + durationSeconds;
  const id = `${String(expiry)}-${randomUUID()}`;
  const login = accountVersion === undefined ? {} : { use: LOGIN_USE, ver: accountVersion };
  const text = await new SignJWT({ id: scope, mode, ...login, ...madeByOf(origin) })
    .setProtectedHeader({ typ: 'JWT', alg: 'HS256' })
    .setJti(id)
    .setIssuedAt(issuedAt)
    .setExpirationTime(expiry)
    .setSubject(subject ?? scope)
    .sign(key);
  return { id, text, expiresAt: new Date(expiry * 1000) };
}

function madeByOf({ accountVersion, tokenIds }: Origin): { readonly made_by?: MadeBy } {
  if (accountVersion === undefined && tokenIds.length === 0) return {};
  return { made_by: { ...(accountVersion !== undefined && { account: accountVersion }), tokens: [...tokenIds] } };
}
