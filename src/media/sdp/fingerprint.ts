import type { SdpAttribute } from './lines.js';
import { SdpError } from './sdp.errors.js';
import type { DtlsFingerprint } from './session.js';

/** Octets of each hash that still proves something (RFC 8122 section 5). */
const OCTETS: ReadonlyMap<string, number> = new Map([
  ['sha-256', 32],
  ['sha-384', 48],
  ['sha-512', 64],
]);

/**
 * Reads an `a=fingerprint` attribute (RFC 8122 section 5).
 *
 * @returns undefined for a hash function that is unknown or broken
 * @throws {SdpError} when it is malformed
 */
export function readFingerprint({ line, value }: SdpAttribute): DtlsFingerprint | undefined {
  const { algorithm, octets } =
    /^(?<algorithm>[\w-]+) (?<octets>[\dA-F]{2}(?::[\dA-F]{2})*)$/i.exec(value)?.groups ?? {};
  if (algorithm === undefined || octets === undefined) throw new SdpError(line, 'It is no fingerprint.');
  const expected = OCTETS.get(algorithm.toLowerCase());
  if (expected === undefined) return undefined;
  if (octets.length !== expected * 3 - 1) throw new SdpError(line, 'The fingerprint has a wrong length.');
  return { algorithm: algorithm.toLowerCase(), value: octets.toUpperCase() };
}
