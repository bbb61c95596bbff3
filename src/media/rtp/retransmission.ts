import { readUint16 } from '../bytes.js';
import type { RtpHeader } from './packet.js';

const ORIGINAL_SEQUENCE_BYTES = 2;

/**
 * Turns the header of a retransmission (RFC 4588 section 4) into that of the original packet: its sequence number is
 * the first two payload bytes. Nothing is moved; the payload simply starts two bytes later, behind `header.headerLength`.
 *
 * @param length of the plain packet, padding included
 * @param ssrc of the original stream
 * @param payloadType of the original stream
 * @returns false when it carries no original packet, as padding-only probes do; the header is then unchanged
 */
export function restoreOriginal(
  bytes: Uint8Array,
  offset: number,
  length: number,
  header: RtpHeader,
  ssrc: number,
  payloadType: number,
): boolean {
  if (length - header.headerLength - header.paddingLength < ORIGINAL_SEQUENCE_BYTES) return false;
  header.sequenceNumber = readUint16(bytes, offset + header.headerLength);
  header.ssrc = ssrc;
  header.payloadType = payloadType;
  header.headerLength += ORIGINAL_SEQUENCE_BYTES;
  return true;
}
