import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SigningKey } from '../tokens/signing-key.js';

/** Half a year. */
export const DEVICE_SECONDS = 15_552_000;
const NONCE_BYTES = 12;
const MARK = /^(\d{1,12})\.([\w-]{16})\.([\w-]{43})$/;

/**
 * What a device is given that has logged in to an account, to show it at the next log-in ("device cookies" of OWASP): it gives no
 * right, only a turn before those who have never logged in to that account. It ends with the account and with its password.
 * Nothing is kept of it here, so that it outlives restarts where `auth.secret` does.
 */
@Injectable()
export class LoginDevices {
  constructor(private readonly signing: SigningKey) {}

  /**
   * @param version of the account
   * @param name of a device that is known already
   * @returns a text for a cookie, good for half a year
   */
  mark(version: string, name = randomBytes(NONCE_BYTES).toString('base64url'), nowMs = Date.now()): string {
    const expiry = String(Math.floor(nowMs / 1000) + DEVICE_SECONDS);
    return `${expiry}.${name}.${this.macOf(version, expiry, name)}`;
  }

  /**
   * @param version of the account
   * @returns the name of the device; undefined for one that has not logged in to this account, or too long ago
   */
  nameOf(version: string, mark: string | undefined, nowMs = Date.now()): string | undefined {
    const [, expiry = '', name = '', mac = ''] = MARK.exec(mark ?? '') ?? [];
    if (Number(expiry) * 1000 <= nowMs) return undefined;
    const isRight = timingSafeEqual(Buffer.from(mac), Buffer.from(this.macOf(version, expiry, name)));
    return isRight ? name : undefined;
  }

  private macOf(version: string, expiry: string, name: string): string {
    const content = JSON.stringify(['device', version, expiry, name]);
    return createHmac('sha256', this.signing.key).update(content).digest('base64url');
  }
}
