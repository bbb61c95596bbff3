// Sizes and numbers of STUN (RFC 8489) and of what ICE adds to it (RFC 8445 section 16).

/** Type, length, cookie and transaction id. */
export const HEADER_BYTES = 20;
/** Type and length. */
export const ATTRIBUTE_HEADER_BYTES = 4;
export const TRANSACTION_ID_OFFSET = 8;
export const TRANSACTION_ID_BYTES = 12;
/** Tells STUN from all else, RFC 8489 section 5. */
export const MAGIC_COOKIE = 0x2112a442;
/** What the checksum is XORed with, RFC 8489 section 14.7. */
export const FINGERPRINT_MASK = 0x5354554e;
export const HMAC_SHA1_BYTES = 20;
/** The one method of ICE. */
export const BINDING = 0x001;

/** Attribute types, RFC 8489 section 18.3 and RFC 8445 section 16.1. */
export const ATTRIBUTE = {
  mappedAddress: 0x0001,
  username: 0x0006,
  messageIntegrity: 0x0008,
  errorCode: 0x0009,
  unknownAttributes: 0x000a,
  realm: 0x0014,
  nonce: 0x0015,
  messageIntegritySha256: 0x001c,
  passwordAlgorithm: 0x001d,
  userhash: 0x001e,
  xorMappedAddress: 0x0020,
  priority: 0x0024,
  useCandidate: 0x0025,
  fingerprint: 0x8028,
  iceControlled: 0x8029,
  iceControlling: 0x802a,
} as const;

/** Below this an attribute must be understood for a request to be served (RFC 8489 section 14). */
export const FIRST_OPTIONAL_ATTRIBUTE = 0x8000;

/** RFC 8489 section 5. */
export type StunClass = 'request' | 'indication' | 'success' | 'error';

/** By the two class bits, C1 and C0 (RFC 8489 section 5). */
export const CLASSES: readonly [StunClass, StunClass, StunClass, StunClass] = [
  'request',
  'indication',
  'success',
  'error',
];

/** @returns the length with its padding to a multiple of four */
export function padded(length: number): number {
  return (length + 3) & ~3;
}
