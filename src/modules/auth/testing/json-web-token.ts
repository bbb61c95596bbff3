import { createHmac, sign, type KeyObject } from 'node:crypto';

type Claims = Readonly<Record<string, unknown>>;

/** Put together by hand (RFC 7515), so that wrong ones can be made too. */
export function jwt(header: Claims, claims: Claims, signature: (input: string) => Buffer): string {
  const input = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${input}.${signature(input).toString('base64url')}`;
}

export function hs256(secret: string | Buffer): (input: string) => Buffer {
  return (input) => createHmac('sha256', secret).update(input).digest();
}

export function rs256(key: KeyObject): (input: string) => Buffer {
  return (input) => sign('sha256', Buffer.from(input), key);
}

export function es256(key: KeyObject): (input: string) => Buffer {
  return (input) => sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
}

export function inSeconds(seconds: number): number {
  return Math.floor(Date.now() / 1000) + seconds;
}

/** A token of live777's shape. */
export function streamToken(secret: string, claims: Claims): string {
  return jwt({ typ: 'JWT', alg: 'HS256' }, { exp: inSeconds(60), ...claims }, hs256(secret));
}
