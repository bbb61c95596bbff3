import { randomUUID, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { LOGIN_USE } from './claims.js';

export interface TokenContent {
  /** A stream, a pattern or `*`. */
  readonly scope: string;
  readonly mode: number;
  readonly durationSeconds: number;
  /** Who it is for; undefined for whoever has it. */
  readonly subject: string | undefined;
  /** For a token that a log-in gave: what the account is known by until its password is another. */
  readonly accountVersion: string | undefined;
}

export interface MadeToken {
  /** The claim `jti`. */
  readonly id: string;
  readonly text: string;
  readonly expiresAt: Date;
}

/** Of our tokens `jti` says until when they have to be remembered once they are revoked: epoch seconds, a dash, chance. */
const ID = /^(\d{1,12})-[0-9a-f-]{36}$/;

/** A JWT with the claims of live777 (`id`, `exp`, `mode`) and what RFC 7519 has beside. */
export async function makeToken(key: KeyObject, content: TokenContent, nowMs = Date.now()): Promise<MadeToken> {
  const { scope, mode, durationSeconds, subject, accountVersion } = content;
  const issuedAt = Math.floor(nowMs / 1000);
  const expiry = issuedAt + durationSeconds;
  const id = `${String(expiry)}-${randomUUID()}`;
  const login = accountVersion === undefined ? {} : { use: LOGIN_USE, ver: accountVersion };
  const text = await new SignJWT({ id: scope, mode, ...login })
    .setProtectedHeader({ typ: 'JWT', alg: 'HS256' })
    .setJti(id)
    .setIssuedAt(issuedAt)
    .setExpirationTime(expiry)
    .setSubject(subject ?? scope)
    .sign(key);
  return { id, text, expiresAt: new Date(expiry * 1000) };
}

/** @returns when the token of this id expires; undefined for an id that is not one of ours */
export function expiryOfId(id: string): Date | undefined {
  const seconds = ID.exec(id)?.[1];
  return seconds === undefined ? undefined : new Date(Number(seconds) * 1000);
}
