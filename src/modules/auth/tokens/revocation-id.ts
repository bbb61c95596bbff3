import { hash } from 'node:crypto';

/** Of our tokens `jti` says until when they have to be remembered once they are revoked: epoch seconds, a dash, chance. */
const OURS = /^(\d{1,12})-[0-9a-f-]{36}$/;

/** @param tokenId the claim `jti` @returns by what a token is revoked: of others' ids, which may be long, a digest */
export function revocationIdOf(tokenId: string): string {
  return OURS.test(tokenId) ? tokenId : `other:${hash('sha256', tokenId, 'base64url')}`;
}

/** @returns when the token of this id expires; undefined for an id that is not one of ours */
export function expiryOfId(tokenId: string): Date | undefined {
  const seconds = OURS.exec(tokenId)?.[1];
  return seconds === undefined ? undefined : new Date(Number(seconds) * 1000);
}
