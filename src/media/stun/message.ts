import { crc32 } from './crc32.js';
import { formatIpAddress } from './ip-address.js';
import type { TransportAddress } from './transport-address.js';
import {
  ATTRIBUTE,
  ATTRIBUTE_HEADER_BYTES,
  CLASSES,
  FINGERPRINT_MASK,
  FIRST_OPTIONAL_ATTRIBUTE,
  HEADER_BYTES,
  HMAC_SHA1_BYTES,
  MAGIC_COOKIE,
  padded,
  type StunClass,
  TRANSACTION_ID_BYTES,
  TRANSACTION_ID_OFFSET,
} from './wire-format.js';

/** A STUN message (RFC 8489 section 5) with the attributes that connectivity checks use. Owns its bytes. */
export interface StunMessage {
  readonly class: StunClass;
  /** 12 bits; 1 is Binding. */
  readonly method: number;
  /** 12 bytes. */
  readonly transactionId: Uint8Array;
  /** Of at most 513 bytes; every byte one character, since ICE fragments are ASCII (RFC 8839 section 5.4). */
  readonly username: string | undefined;
  /** 0 to 2^32 - 1. */
  readonly priority: number | undefined;
  readonly useCandidate: boolean;
  /** Tie-breakers, RFC 8445 section 16.1. */
  readonly iceControlled: bigint | undefined;
  readonly iceControlling: bigint | undefined;
  readonly xorMappedAddress: TransportAddress | undefined;
  /** 300 to 699. */
  readonly errorCode: number | undefined;
  /** Attributes that must be understood and are not. */
  readonly unknownAttributes: readonly number[];
  /** Where MESSAGE-INTEGRITY starts in the datagram, undefined without one. What follows it is not protected. */
  readonly integrityOffset: number | undefined;
  readonly hasFingerprint: boolean;
}

/** Names in USERNAME as the receiver of a request reads them (RFC 8445 section 7.2.2). */
export interface CheckUsername {
  readonly localUfrag: string;
  readonly remoteUfrag: string;
}

type Draft = { -readonly [Key in keyof StunMessage]: StunMessage[Key] } & { unknownAttributes: number[] };

const MAX_USERNAME_BYTES = 513;
const IPV4_FAMILY = 1;
const IPV6_FAMILY = 2;

/**
 * Reads a datagram as STUN. Nothing is trusted yet: `hasValidIntegrity` says who sent it.
 *
 * @returns undefined for what is no well-formed STUN message: wrong cookie, lengths that do not add up, an attribute
 * of an impossible size, a wrong FINGERPRINT
 */
export function parseStunMessage(datagram: Uint8Array): StunMessage | undefined {
  const view = headerView(datagram);
  if (view === undefined) return undefined;
  const message = startMessage(datagram, view);
  let offset = HEADER_BYTES;
  while (offset < datagram.length) {
    const next = attributeEnd(view, offset);
    if (next === undefined || !readAttribute(message, view, offset)) return undefined;
    offset = next;
  }
  return message;
}

/**
 * Whom a connectivity check is for, without reading the rest of it.
 *
 * @returns undefined for anything but a request with a USERNAME of two parts
 */
export function peekUsername(datagram: Uint8Array): CheckUsername | undefined {
  const view = headerView(datagram);
  if (view === undefined || classOf(view) !== 'request') return undefined;
  let offset = HEADER_BYTES;
  while (offset < datagram.length) {
    const next = attributeEnd(view, offset);
    if (next === undefined) return undefined;
    if (view.getUint16(offset) === ATTRIBUTE.username) return splitUsername(readText(view, offset));
    offset = next;
  }
  return undefined;
}

/** @returns undefined when a part is missing */
export function splitUsername(username: string | undefined): CheckUsername | undefined {
  const colon = username?.indexOf(':') ?? -1;
  if (username === undefined || colon < 1 || colon === username.length - 1) return undefined;
  return { localUfrag: username.slice(0, colon), remoteUfrag: username.slice(colon + 1) };
}

/** @returns undefined unless the datagram has a whole STUN header whose length is the datagram's */
function headerView(datagram: Uint8Array): DataView | undefined {
  if (datagram.length < HEADER_BYTES) return undefined;
  const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.byteLength);
  if (view.getUint8(0) > 0x3f || view.getUint32(4) !== MAGIC_COOKIE) return undefined;
  const length = view.getUint16(2);
  return length % 4 === 0 && length === datagram.length - HEADER_BYTES ? view : undefined;
}

/** Method and class share the first 14 bits: M11-M7 C1 M6-M4 C0 M3-M0. */
function classOf(view: DataView): StunClass {
  const type = view.getUint16(0);
  return CLASSES[(((type & 0x100) >> 7) | ((type & 0x10) >> 4)) as 0 | 1 | 2 | 3];
}

function methodOf(view: DataView): number {
  const type = view.getUint16(0);
  return (type & 0x000f) | ((type & 0x00e0) >> 1) | ((type & 0x3e00) >> 2);
}

/** @returns where the next attribute starts, undefined when this one does not fit */
function attributeEnd(view: DataView, offset: number): number | undefined {
  if (offset + ATTRIBUTE_HEADER_BYTES > view.byteLength) return undefined;
  const end = offset + ATTRIBUTE_HEADER_BYTES + padded(view.getUint16(offset + 2));
  return end <= view.byteLength ? end : undefined;
}

function startMessage(datagram: Uint8Array, view: DataView): Draft {
  return {
    class: classOf(view),
    method: methodOf(view),
    transactionId: datagram.slice(TRANSACTION_ID_OFFSET, TRANSACTION_ID_OFFSET + TRANSACTION_ID_BYTES),
    username: undefined,
    priority: undefined,
    useCandidate: false,
    iceControlled: undefined,
    iceControlling: undefined,
    xorMappedAddress: undefined,
    errorCode: undefined,
    unknownAttributes: [],
    integrityOffset: undefined,
    hasFingerprint: false,
  };
}

/** The first of several equal attributes counts; after MESSAGE-INTEGRITY only FINGERPRINT does (RFC 8489 section 14.5). */
function readAttribute(message: Draft, view: DataView, offset: number): boolean {
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
type AttributeReader = (message: Draft, view: DataView, offset: number) => boolean;

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

function readText(view: DataView, offset: number): string | undefined {
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
function readFingerprint(message: Draft, view: DataView, offset: number): boolean {
  if (valueLength(view, offset) !== 4) return false;
  const bytes = new Uint8Array(view.buffer, view.byteOffset, offset);
  message.hasFingerprint = true;
  return view.getUint32(offset + 4) === (crc32(bytes, offset) ^ FINGERPRINT_MASK) >>> 0;
}
