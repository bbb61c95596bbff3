import type { Caller } from '../ports/caller.js';

/** A token that is good: whose it is, and until when. */
export interface Bearer {
  readonly caller: Caller;
  /** Epoch milliseconds; Infinity for one that is good as long as it is configured. */
  readonly expiresAtMs: number;
  /** The claim `jti`, by which a token can be revoked. */
  readonly tokenId: string | undefined;
}

/** What of a request, or of a handshake, shows who sends it. */
export interface Credentials {
  readonly headers: { readonly authorization?: string | undefined };
}

const BEARER = /^Bearer +([\x21-\x7e]+) *$/i;

/** @returns null when there is no bearer token (RFC 6750 section 2.1) */
export function bearerTokenOf({ headers }: Credentials): string | null {
  return BEARER.exec(headers.authorization ?? '')?.[1] ?? null;
}
