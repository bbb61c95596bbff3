import { createHmac, randomBytes } from 'node:crypto';
import type { IceCredentials } from '../../media/sdp/session.js';

/** 8 and 32 characters of the ice-char alphabet (RFC 8839 section 5.4), 48 and 192 random bits. */
const USERNAME_FRAGMENT_BYTES = 6;
const PASSWORD_BYTES = 24;

export function createIceCredentials(): IceCredentials {
  return {
    usernameFragment: randomBytes(USERNAME_FRAGMENT_BYTES).toString('base64'),
    password: randomBytes(PASSWORD_BYTES).toString('base64'),
  };
}

/** Fills the port of `media/stun`. */
export function hmacSha1(key: Uint8Array, data: Uint8Array): Uint8Array {
  return createHmac('sha1', key).update(data).digest();
}
