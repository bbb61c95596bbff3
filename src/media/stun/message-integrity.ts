import type { StunMessage } from './message.js';
import { ATTRIBUTE_HEADER_BYTES, HEADER_BYTES, HMAC_SHA1_BYTES } from './wire-format.js';

/** HMAC-SHA-1 (RFC 2104), 20 bytes. The core computes no digests itself. */
export type HmacSha1 = (key: Uint8Array, data: Uint8Array) => Uint8Array;

/** @returns true when MESSAGE-INTEGRITY was made with `key`; false without one. Takes the same time for every wrong one. */
export function hasValidIntegrity(
  datagram: Uint8Array,
  message: StunMessage,
  key: Uint8Array,
  hmacSha1: HmacSha1,
): boolean {
  const offset = message.integrityOffset;
  if (offset === undefined) return false;
  const expected = messageIntegrity(datagram, offset, key, hmacSha1);
  let difference = expected.length ^ HMAC_SHA1_BYTES;
  for (let index = 0; index < HMAC_SHA1_BYTES; index += 1) {
    difference |= (expected[index] ?? 0) ^ (datagram[offset + ATTRIBUTE_HEADER_BYTES + index] ?? 0);
  }
  return difference === 0;
}

/**
 * RFC 8489 section 14.5: covers all before the attribute, with the header saying that the message ends behind it.
 *
 * @param offset where MESSAGE-INTEGRITY starts
 */
export function messageIntegrity(message: Uint8Array, offset: number, key: Uint8Array, hmacSha1: HmacSha1): Uint8Array {
  const covered = message.slice(0, offset);
  const length = offset + ATTRIBUTE_HEADER_BYTES + HMAC_SHA1_BYTES - HEADER_BYTES;
  covered[2] = length >> 8;
  covered[3] = length & 0xff;
  return hmacSha1(key, covered);
}
