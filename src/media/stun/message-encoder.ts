import { ascii, uint16, uint32 } from '../bytes.js';
import { crc32 } from './crc32.js';
import { parseIpAddress } from './ip-address.js';
import { type HmacSha1, messageIntegrity } from './message-integrity.js';
import type { TransportAddress } from './transport-address.js';
import {
  ATTRIBUTE,
  ATTRIBUTE_HEADER_BYTES,
  BINDING,
  CLASSES,
  FINGERPRINT_MASK,
  HEADER_BYTES,
  HMAC_SHA1_BYTES,
  MAGIC_COOKIE,
  padded,
  type StunClass,
  TRANSACTION_ID_BYTES,
  TRANSACTION_ID_OFFSET,
} from './wire-format.js';

/** What a Binding message of ours says. */
export interface BindingFields {
  readonly class: StunClass;
  /** 12 bytes. */
  readonly transactionId: Uint8Array;
  readonly username?: string;
  /** 0 to 2^32 - 1. */
  readonly priority?: number;
  readonly useCandidate?: boolean;
  /** 0 to 2^64 - 1. */
  readonly iceControlled?: bigint;
  readonly iceControlling?: bigint;
  readonly xorMappedAddress?: TransportAddress;
  readonly error?: { readonly code: number; readonly reason: string };
  readonly unknownAttributes?: readonly number[];
}

/** Who vouches for a message. */
export interface Integrity {
  readonly key: Uint8Array;
  readonly hmacSha1: HmacSha1;
}

type Attribute = readonly [type: number, value: Uint8Array];

/**
 * A Binding message with MESSAGE-INTEGRITY, when there is someone to vouch for it, and FINGERPRINT.
 *
 * @throws {RangeError} for a transaction id that is not 12 bytes, or an address that is no literal
 */
export function encodeBinding(fields: BindingFields, integrity?: Integrity): Uint8Array {
  const attributes = attributesOf(fields);
  const body = attributes.reduce((sum, [, value]) => sum + ATTRIBUTE_HEADER_BYTES + padded(value.length), 0);
  const signature = integrity === undefined ? 0 : ATTRIBUTE_HEADER_BYTES + HMAC_SHA1_BYTES;
  const bytes = new Uint8Array(HEADER_BYTES + body + signature + ATTRIBUTE_HEADER_BYTES + 4);
  writeHeader(bytes, fields);
  let offset = HEADER_BYTES;
  for (const [type, value] of attributes) offset = writeAttribute(bytes, offset, type, value);
  if (integrity !== undefined) {
    const value = messageIntegrity(bytes, offset, integrity.key, integrity.hmacSha1);
    offset = writeAttribute(bytes, offset, ATTRIBUTE.messageIntegrity, value);
  }
  writeAttribute(bytes, offset, ATTRIBUTE.fingerprint, uint32((crc32(bytes, offset) ^ FINGERPRINT_MASK) >>> 0));
  return bytes;
}

function attributesOf(fields: BindingFields): Attribute[] {
  const attributes: Attribute[] = [];
  if (fields.error !== undefined) attributes.push([ATTRIBUTE.errorCode, errorValue(fields.error)]);
  if (fields.unknownAttributes !== undefined) {
    attributes.push([ATTRIBUTE.unknownAttributes, uint16(...fields.unknownAttributes)]);
  }
  if (fields.xorMappedAddress !== undefined) {
    attributes.push([ATTRIBUTE.xorMappedAddress, xorAddressValue(fields.xorMappedAddress, fields.transactionId)]);
  }
  if (fields.username !== undefined) attributes.push([ATTRIBUTE.username, ascii(fields.username)]);
  if (fields.priority !== undefined) attributes.push([ATTRIBUTE.priority, uint32(fields.priority)]);
  if (fields.iceControlled !== undefined) attributes.push([ATTRIBUTE.iceControlled, uint64(fields.iceControlled)]);
  if (fields.iceControlling !== undefined) attributes.push([ATTRIBUTE.iceControlling, uint64(fields.iceControlling)]);
  if (fields.useCandidate === true) attributes.push([ATTRIBUTE.useCandidate, new Uint8Array(0)]);
  return attributes;
}

/** The length is that of the finished message: what FINGERPRINT covers. MESSAGE-INTEGRITY puts in its own. */
function writeHeader(bytes: Uint8Array, fields: BindingFields): void {
  if (fields.transactionId.length !== TRANSACTION_ID_BYTES) throw new RangeError('A transaction id has 12 bytes.');
  const view = new DataView(bytes.buffer);
  const classBits = CLASSES.indexOf(fields.class);
  view.setUint16(0, BINDING | ((classBits & 2) << 7) | ((classBits & 1) << 4));
  view.setUint16(2, bytes.length - HEADER_BYTES);
  view.setUint32(4, MAGIC_COOKIE);
  bytes.set(fields.transactionId, TRANSACTION_ID_OFFSET);
}

/** @returns where the next attribute goes; padding stays zero */
function writeAttribute(bytes: Uint8Array, offset: number, type: number, value: Uint8Array): number {
  const view = new DataView(bytes.buffer);
  view.setUint16(offset, type);
  view.setUint16(offset + 2, value.length);
  bytes.set(value, offset + ATTRIBUTE_HEADER_BYTES);
  return offset + ATTRIBUTE_HEADER_BYTES + padded(value.length);
}

function xorAddressValue({ address, port }: TransportAddress, transactionId: Uint8Array): Uint8Array {
  const bytes = parseIpAddress(address);
  if (bytes === undefined) throw new RangeError(`Not a literal address: ${address}.`);
  const mask = Uint8Array.of(...uint32(MAGIC_COOKIE), ...transactionId);
  const maskedPort = port ^ (MAGIC_COOKIE >>> 16);
  const masked = bytes.map((byte, index) => byte ^ (mask[index] ?? 0));
  return Uint8Array.of(0, bytes.length === 4 ? 1 : 2, maskedPort >> 8, maskedPort & 0xff, ...masked);
}

function errorValue({ code, reason }: { readonly code: number; readonly reason: string }): Uint8Array {
  return Uint8Array.of(0, 0, Math.floor(code / 100), code % 100, ...ascii(reason));
}

function uint64(value: bigint): Uint8Array {
  return Uint8Array.of(...uint32(Number(value >> 32n)), ...uint32(Number(value & 0xffffffffn)));
}
