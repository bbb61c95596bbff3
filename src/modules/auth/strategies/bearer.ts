import type { KeyObject } from 'node:crypto';
import { decodeProtectedHeader, type ProtectedHeaderParameters } from 'jose';
import type { Caller } from '../ports/caller.js';

/** A token that is good, and whose it is. */
export interface Bearer {
  readonly caller: Caller;
  /** Epoch milliseconds: so long it need not be judged again. Infinity for one that is good as long as it is configured. */
  readonly knownUntilMs: number;
  /** Nobody can guess it. */
  readonly isSigned: boolean;
  /** Of a token that a log-in gave. */
  readonly login: LoginOf | undefined;
}

/** The account of a log-in, as it was then. */
export interface LoginOf {
  readonly username: string;
  /** As the token says it: the account has another one once its password is another. */
  readonly version: unknown;
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

/** What gives access; a token that says it is of another type was made for something else (RFC 8725 section 3.11). */
const ACCESS_TYPE = /^(?:application\/)?(?:at\+)?jwt$/i;

/**
 * @returns the header of a JWT, unchecked
 * @throws {Error} for what is no JWT, or one of another type, and for one that must not be taken by who does not know what
 * `crit` names (RFC 7515 section 4.1.11): nothing of it is known here
 */
export function headerOf(token: string): ProtectedHeaderParameters {
  const header = decodeProtectedHeader(token);
  if ('crit' in header) throw new Error('a critical header that is not known');
  if ('typ' in header && !ACCESS_TYPE.test(header.typ)) throw new Error('another type');
  return header;
}

/** How a key is given to passport-jwt. */
export type KeyTaker = (error: unknown, key?: Buffer) => void;

/**
 * Gives a key that is ready. One of text or bytes, which is what the types of passport-jwt know, is read again for each token:
 * jsonwebtoken tries it as a public key first, which takes longer than the signature.
 */
export function giveKey(done: KeyTaker, key: KeyObject): void {
  done(null, key as unknown as Buffer);
}

/** @returns what has passport-jwt take tokens so much sooner and longer than they say: it gives this on to jsonwebtoken */
export function withLeeway(seconds: number): { readonly jsonWebTokenOptions: { readonly clockTolerance: number } } {
  return { jsonWebTokenOptions: { clockTolerance: seconds } };
}
