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
  return `${payload}.${macOf(payload, key).toString('base64url')}`;
}

/**
 * @param nowMs epoch milliseconds
 * @throws {SignedUrlInvalidError} for what this key has not signed, {SignedUrlExpiredError} for what is over
 */
export function readGrant(token: string, key: KeyObject, nowMs: number): PlaybackGrant {
  const [, payload = '', mac = ''] = TOKEN.exec(token) ?? [];
  const given = Buffer.from(mac, 'base64url');
  if (given.length !== MAC_BYTES || !timingSafeEqual(given, macOf(payload, key))) throw new SignedUrlInvalidError();
  const [expiresAt, stream, session, from, to] = content.parse(
    JSON.parse(Buffer.from(payload, 'base64url').toString()),
  );
  if (nowMs >= expiresAt * 1000) throw new SignedUrlExpiredError(new Date(expiresAt * 1000).toISOString());
  const selection = { session: session ?? undefined, from: from ?? undefined, to: to ?? undefined };
  return { stream, selection, expiresAt };
}

function macOf(payload: string, key: KeyObject): Buffer {
  return createHmac('sha256', key).update(payload).digest().subarray(0, MAC_BYTES);
}
