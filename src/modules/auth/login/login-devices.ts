import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SigningKey } from '../tokens/signing-key.js';

/** Half a year. */
export const DEVICE_SECONDS = 15_552_000;
const NONCE_BYTES = 12;
const MARK = /^(\d{1,12})\.([\w-]{16})\.([\w-]{43})$/;

/**
 * What a device is given that has logged in to an account, to show it at the next log-in ("device cookies" of OWASP): it gives no
 * right, only a place before those who have never logged in. Nothing is kept of it here, so that it outlives restarts where
 * `auth.secret` does.
 */
@Injectable()
export class LoginDevices {
  constructor(private readonly signing: SigningKey) {}

  /** @returns a text for a cookie, good for half a year */
  mark(account: string, nowMs = Date.now()): string {
    const expiry = String(Math.floor(nowMs / 1000) + DEVICE_SECONDS);
    const nonce = randomBytes(NONCE_BYTES).toString('base64url');
    return `${expiry}.${nonce}.${this.macOf(account, expiry, nonce)}`;
  }

  /** @returns a name for the device; undefined for one that has not logged in to this account, or too long ago */
  nameOf(account: string, mark: string | undefined, nowMs = Date.now()): string | undefined {
    const [, expiry = '', nonce = '', mac = ''] = MARK.exec(mark ?? '') ?? [];
    if (Number(expiry) * 1000 <= nowMs) return undefined;
    const isRight = timingSafeEqual(Buffer.from(mac), Buffer.from(this.macOf(account, expiry, nonce)));
    return isRight ? `device ${nonce}` : undefined;
  }

  private macOf(account: string, expiry: string, nonce: string): string {
    const content = JSON.stringify(['device', account, expiry, nonce]);
    return createHmac('sha256', this.signing.key).update(content).digest('base64url');
  }
}
