import { crc32 } from './crc32.js';
import { formatIpAddress } from './ip-address.js';
import type { StunMessage } from './stun-message.js';
import type { TransportAddress } from './transport-address.js';
import {
  ATTRIBUTE,
  ATTRIBUTE_HEADER_BYTES,
  FINGERPRINT_MASK,
  FIRST_OPTIONAL_ATTRIBUTE,
  HMAC_SHA1_BYTES,
  MAGIC_COOKIE,
} from './wire-format.js';

/** A message that is being read. */
export type MessageDraft = { -readonly [Key in keyof StunMessage]: StunMessage[Key] } & { unknownAttributes: number[] };

const MAX_USERNAME_BYTES = 513;
const IPV4_FAMILY = 1;
const IPV6_FAMILY = 2;

/**
 * Takes the attribute at `offset`, which lies whole inside the message. The first of several equal attributes counts;
 * after MESSAGE-INTEGRITY only FINGERPRINT does (RFC 8489 section 14.5).
 *
 * @returns false when it cannot be right
 */
export function readAttribute(message: MessageDraft, view: DataView, offset: number): boolean {
  const type = view.getUint16(offset);
  if (message.hasFingerprint) return false;
  if (type === ATTRIBUTE.fingerprint) return readFingerprint(message, view, offset);
  if (message.integrityOffset !== undefined) return true;
  const read = READERS.get(type);
  if (read !== undefined) return read(message, view, offset);
  if (type < FIRST_OPTIONAL_ATTRIBUTE && !IGNORED.has(type)) message.unknownAttributes.push(type);
  return true;
}

/** @returns false when the attribute cannot be right */
type AttributeReader = (message: MessageDraft, view: DataView, offset: number) => boolean;

/** Understood, and of no meaning in a connectivity check. */
const IGNORED: ReadonlySet<number> = new Set([
  ATTRIBUTE.mappedAddress,
  ATTRIBUTE.unknownAttributes,
  ATTRIBUTE.realm,
  ATTRIBUTE.nonce,
  ATTRIBUTE.messageIntegritySha256,
  ATTRIBUTE.passwordAlgorithm,
  ATTRIBUTE.userhash,
]);

const READERS: ReadonlyMap<number, AttributeReader> = new Map<number, AttributeReader>([
  [
    ATTRIBUTE.username,
    (message, view, offset) => {
      message.username ??= readText(view, offset);
      return message.username !== undefined;
    },
  ],
  [
    ATTRIBUTE.priority,
    (message, view, offset) => {
      if (valueLength(view, offset) !== 4) return false;
      message.priority ??= view.getUint32(offset + 4);
      return true;
    },
  ],
  [
    ATTRIBUTE.useCandidate,
    (message, view, offset) => {
      message.useCandidate = true;
      return valueLength(view, offset) === 0;
    },
  ],
  [
    ATTRIBUTE.iceControlled,
    (message, view, offset) => {
      if (valueLength(view, offset) !== 8) return false;
      message.iceControlled ??= view.getBigUint64(offset + 4);
      return true;
    },
  ],
  [
    ATTRIBUTE.iceControlling,
    (message, view, offset) => {
      if (valueLength(view, offset) !== 8) return false;
      message.iceControlling ??= view.getBigUint64(offset + 4);
      return true;
    },
  ],
  [
    ATTRIBUTE.xorMappedAddress,
    (message, view, offset) => {
      message.xorMappedAddress ??= readXorAddress(view, offset);
      return message.xorMappedAddress !== undefined;
    },
  ],
  [
    ATTRIBUTE.errorCode,
    (message, view, offset) => {
      message.errorCode ??= readErrorCode(view, offset);
      return message.errorCode !== undefined;
    },
  ],
  [
    ATTRIBUTE.messageIntegrity,
    (message, view, offset) => {
      message.integrityOffset = offset;
      return valueLength(view, offset) === HMAC_SHA1_BYTES;
    },
  ],
]);

function valueLength(view: DataView, offset: number): number {
  return view.getUint16(offset + 2);
}

/** @returns one character per byte, undefined when it is too long for a name */
export function readText(view: DataView, offset: number): string | undefined {
  const length = valueLength(view, offset);
  if (length > MAX_USERNAME_BYTES) return undefined;
  const value = new Uint8Array(view.buffer, view.byteOffset + offset + ATTRIBUTE_HEADER_BYTES, length);
  return String.fromCharCode(...value);
}

/** RFC 8489 section 14.8: a class of 3 to 6 and a number of 0 to 99. */
function readErrorCode(view: DataView, offset: number): number | undefined {
  if (valueLength(view, offset) < 4) return undefined;
  const hundreds = view.getUint8(offset + 6) & 7;
  const number = view.getUint8(offset + 7);
  return hundreds < 3 || hundreds > 6 || number > 99 ? undefined : hundreds * 100 + number;
}

/** RFC 8489 section 14.2: XOR with the cookie and the transaction id, which follow each other in the header. */
function readXorAddress(view: DataView, offset: number): TransportAddress | undefined {
  const value = offset + ATTRIBUTE_HEADER_BYTES;
  const length = valueLength(view, offset);
  const family = length < 4 ? 0 : view.getUint8(value + 1);
  if (!(family === IPV4_FAMILY && length === 8) && !(family === IPV6_FAMILY && length === 20)) return undefined;
  const address = Uint8Array.from({ length: length - 4 }, (_, index) => {
    return view.getUint8(value + 4 + index) ^ view.getUint8(4 + index);
  });
  return {
    address: formatIpAddress(address),
    port: view.getUint16(value + 2) ^ (MAGIC_COOKIE >>> 16),
    family: family === IPV4_FAMILY ? 'IPv4' : 'IPv6',
  };
}

/** Covers everything before it, with the header's length as it stands (RFC 8489 section 14.7); nothing may follow. */
function readFingerprint(message: MessageDraft, view: DataView, offset: number): boolean {
  if (valueLength(view, offset) !== 4) return false;
  const bytes = new Uint8Array(view.buffer, view.byteOffset, offset);
  message.hasFingerprint = true;
  return view.getUint32(offset + 4) === (crc32(bytes, offset) ^ FINGERPRINT_MASK) >>> 0;
}
