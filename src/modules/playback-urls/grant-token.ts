import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { SignedUrlExpiredError, SignedUrlInvalidError } from './playback-urls.errors.js';
import type { PlaybackGrant } from './playback-grant.js';

/** Half of SHA-256: 128 bits that nobody guesses. */
const MAC_BYTES = 16;
/** More tokens than can have had it made. */
const LONGEST_ORIGIN = 20;
const TOKEN = /^([\w-]{1,4000})\.([\w-]{22})$/;

const text = z.string().min(1).max(255).nullable();
const grant = [z.int(), z.string().min(1).max(255), text, text, text] as const;
const maker = z.array(z.string().max(64)).max(LONGEST_ORIGIN);
const account = z.string().max(64).nullable();
/** The account and the tokens that had it made, where any did; then the export that it is good for alone. */
const content = z.union([
  z.tuple([...grant]),
  z.tuple([...grant, account, maker]),
  z.tuple([...grant, account, maker, z.string().min(1).max(255)]),
]);

/** @returns what stands for a grant in a path: its content, which is no secret, and a MAC that only this server can make */
export function writeGrant({ expiresAt, stream, selection, origin, exportId }: PlaybackGrant, key: KeyObject): string {
  const { session = null, from = null, to = null } = selection;
  const { accountVersion = null, tokenIds } = origin;
  const hasMaker = accountVersion !== null || tokenIds.length > 0;
  const madeBy = hasMaker || exportId !== undefined ? [accountVersion, tokenIds] : [];
  const file = exportId === undefined ? [] : [exportId];
  const payload = Buffer.from(JSON.stringify([expiresAt, stream, session, from, to, ...madeBy, ...file])).toString(
    'base64url',
  );
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
  const [expiresAt, stream, session, from, to, accountVersion = null, tokenIds = [], exportId] = content.parse(
    JSON.parse(Buffer.from(payload, 'base64url').toString()),
  );
  if (nowMs >= expiresAt * 1000) throw new SignedUrlExpiredError(new Date(expiresAt * 1000).toISOString());
  const selection = { session: session ?? undefined, from: from ?? undefined, to: to ?? undefined };
  const origin = { accountVersion: accountVersion ?? undefined, tokenIds };
  return { stream, selection, expiresAt, origin, ...(exportId === undefined ? {} : { exportId }) };
}

/** As text, which is what is compared: of the last character of base64url some bits mean nothing. */
function macOf(payload: string, key: KeyObject): string {
  return createHmac('sha256', key).update(payload).digest().subarray(0, MAC_BYTES).toString('base64url');
}
