import type { StunMessage } from './stun-message.js';
import { type MessageDraft, readAttribute, readText } from './message-attributes.js';
import {
  ATTRIBUTE,
  ATTRIBUTE_HEADER_BYTES,
  CLASSES,
  HEADER_BYTES,
  MAGIC_COOKIE,
  padded,
  type StunClass,
  TRANSACTION_ID_BYTES,
  TRANSACTION_ID_OFFSET,
} from './wire-format.js';

export type { StunMessage } from './stun-message.js';

/** Names in USERNAME as the receiver of a request reads them (RFC 8445 section 7.2.2). */
export interface CheckUsername {
  readonly localUsernameFragment: string;
  readonly remoteUsernameFragment: string;
}

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
function splitUsername(username: string | undefined): CheckUsername | undefined {
  const colon = username?.indexOf(':') ?? -1;
  if (username === undefined || colon < 1 || colon === username.length - 1) return undefined;
  return { localUsernameFragment: username.slice(0, colon), remoteUsernameFragment: username.slice(colon + 1) };
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

function startMessage(datagram: Uint8Array, view: DataView): MessageDraft {
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
