import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { SignedUrlExpiredError, SignedUrlInvalidError } from './playback-urls.errors.js';
import type { PlaybackGrant } from './playback-grant.js';

/** Half of SHA-256: 128 bits that nobody guesses. */
const MAC_BYTES = 16;
const TOKEN = /^([\w-]{1,2000})\.([\w-]{22})$/;

const text = z.string().min(1).max(255).nullable();
const content = z.tuple([z.int(), z.string().min(1).max(255), text, text, text]);

/** @returns what stands for a grant in a path: its content, which is no secret, and a MAC that only this server can make */
export function writeGrant({ expiresAt, stream, selection }: PlaybackGrant, key: KeyObject): string {
  const { session = null, from = null, to = null } = selection;
  const payload = Buffer.from(JSON.stringify([expiresAt, stream, session, from, to])).toString('base64url');
  return `${payload}.${macOf(payload, key)}`;
}

/**
 * @param nowMs epoch milliseconds
 * @throws {SignedUrlInvalidError} for what this key has not signed, {SignedUrlExpiredError} for what is over
 */
export function readGrant(token: string, key: KeyObject, nowMs: number): PlaybackGrant {
  const [, payload = '', mac = ''] = TOKEN.exec(token) ?? [];
  const right = Buffer.from(macOf(payload, key));
  const given = Buffer.from(mac);
  if (given.length !== right.length || !timingSafeEqual(given, right)) throw new SignedUrlInvalidError();
  const [expiresAt, stream, session, from, to] = content.parse(
    JSON.parse(Buffer.from(payload, 'base64url').toString()),
  );
  if (nowMs >= expiresAt * 1000) throw new SignedUrlExpiredError(new Date(expiresAt * 1000).toISOString());
  const selection = { session: session ?? undefined, from: from ?? undefined, to: to ?? undefined };
  return { stream, selection, expiresAt };
}

/** As text, which is what is compared: of the last character of base64url some bits mean nothing. */
function macOf(payload: string, key: KeyObject): string {
  return createHmac('sha256', key).update(payload).digest().subarray(0, MAC_BYTES).toString('base64url');
}
