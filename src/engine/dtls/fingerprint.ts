import { createHash } from 'node:crypto';
import type { DtlsFingerprint } from '../../media/sdp/session.js';

/** Hash functions that prove something, strongest first, with OpenSSL's names. */
const HASHES: readonly (readonly [algorithm: string, digest: string])[] = [
  ['sha-512', 'sha512'],
  ['sha-384', 'sha384'],
  ['sha-256', 'sha256'],
];

/**
 * @param certificate DER
 * @param algorithm `sha-256`, `sha-384` or `sha-512`
 * @throws {RangeError} for another algorithm
 */
export function certificateFingerprint(certificate: Uint8Array, algorithm: string): DtlsFingerprint {
  const digest = HASHES.find(([name]) => name === algorithm)?.[1];
  if (digest === undefined) throw new RangeError(`No fingerprint by ${algorithm}.`);
  const octets = createHash(digest).update(certificate).digest('hex').toUpperCase();
  return { algorithm, value: octets.replace(/(..)(?=.)/g, '$1:') };
}

/**
 * Whether a certificate is one of those an offer announced. The strongest hash that was used decides alone
 * (RFC 8122 section 5); weaker and unknown ones beside it are not looked at.
 *
 * @param certificate DER
 */
export function matchesFingerprints(certificate: Uint8Array, announced: readonly DtlsFingerprint[]): boolean {
  for (const [algorithm] of HASHES) {
    const values = announced
      .filter((one) => one.algorithm.toLowerCase() === algorithm)
      .map((one) => one.value.toUpperCase());
    if (values.length > 0) return values.includes(certificateFingerprint(certificate, algorithm).value);
  }
  return false;
}
