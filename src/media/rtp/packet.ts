import { readUint16, readUint32 } from '../bytes.js';

const FIXED_HEADER_BYTES = 12;
const ONE_BYTE_PROFILE = 0xbede;
const TWO_BYTE_PROFILE = 0x1000;

/**
 * An RTP packet's header (RFC 3550 section 5.1), read into one object that is reused for every packet: no allocation.
 *
 * Payload and padding may still be encrypted when `parse` runs (SRTP leaves the header in the clear), so padding is a
 * second step, `readPadding`, once the packet is authentic.
 */
export class RtpHeader {
  payloadType = 0;
  marker = false;
  /** 0 to 65535. */
  sequenceNumber = 0;
  /** RTP ticks, 0 to 2^32 - 1. */
  timestamp = 0;
  ssrc = 0;
  /** Bytes before the payload: fixed header, contributing sources and header extension. */
  headerLength = 0;
  /** Bytes after the payload; 0 until `readPadding` ran. */
  paddingLength = 0;
  /** Where `readExtension` found its value, in the bytes it was given. */
  extensionStart = 0;
  extensionLength = 0;
  private hasPadding = false;
  private extensionProfile = 0;
  private extensionsOffset = 0;

  /**
   * Reads the header and checks that it lies inside the packet.
   * @returns false when these bytes are no RTP version 2 packet; the fields then mean nothing
   */
  parse(bytes: Uint8Array, offset: number, length: number): boolean {
    if (length < FIXED_HEADER_BYTES || offset < 0 || offset + length > bytes.length) return false;
    const flags = bytes[offset] ?? 0;
    if (flags >>> 6 !== 2) return false;
    const headerLength = FIXED_HEADER_BYTES + (flags & 15) * 4;
    if (headerLength > length) return false;
    const second = bytes[offset + 1] ?? 0;
    this.hasPadding = (flags & 0x20) !== 0;
    this.paddingLength = 0;
    this.marker = second >= 0x80;
    this.payloadType = second & 0x7f;
    this.sequenceNumber = readUint16(bytes, offset + 2);
    this.timestamp = readUint32(bytes, offset + 4);
    this.ssrc = readUint32(bytes, offset + 8);
    this.headerLength = headerLength;
    this.extensionProfile = 0;
    return (flags & 0x10) === 0 || this.parseExtensionHeader(bytes, offset, length);
  }

  /**
   * Reads the padding count of a packet whose payload is in the clear.
   * @param length of the packet without an authentication tag
   * @returns false when the count is impossible
   */
  readPadding(bytes: Uint8Array, offset: number, length: number): boolean {
    if (!this.hasPadding) return true;
    const count = bytes[offset + length - 1] ?? 0;
    if (count === 0 || count > length - this.headerLength) return false;
    this.paddingLength = count;
    return true;
  }

  /**
   * Looks for a header extension element (RFC 8285, one-byte and two-byte form) of the packet parsed last.
   * @param id 1 to 14, or to 255 in the two-byte form
   * @returns false when it is absent or the elements are malformed before it; else `extensionStart` and
   * `extensionLength` say where its value lies in `bytes`
   */
  readExtension(bytes: Uint8Array, offset: number, id: number): boolean {
    const start = offset + this.extensionsOffset;
    const end = offset + this.headerLength;
    if (this.extensionProfile === ONE_BYTE_PROFILE) return this.findOneByteElement(bytes, start, end, id);
    if ((this.extensionProfile & 0xfff0) === TWO_BYTE_PROFILE) return this.findTwoByteElement(bytes, start, end, id);
    return false;
  }

  private parseExtensionHeader(bytes: Uint8Array, offset: number, length: number): boolean {
    const at = this.headerLength;
    if (at + 4 > length) return false;
    const end = at + 4 + readUint16(bytes, offset + at + 2) * 4;
    if (end > length) return false;
    this.extensionProfile = readUint16(bytes, offset + at);
    this.extensionsOffset = at + 4;
    this.headerLength = end;
    return true;
  }

  /** RFC 8285 section 4.2: id 0 is one byte of padding, id 15 ends the list. */
  private findOneByteElement(bytes: Uint8Array, start: number, end: number, id: number): boolean {
    let at = start;
    while (at < end) {
      const lead = bytes[at] ?? 0;
      const elementId = lead >>> 4;
      if (elementId === 15) return false;
      const valueLength = elementId === 0 ? 0 : (lead & 15) + 1;
      if (elementId === id && id !== 0) return this.foundElement(at + 1, valueLength, end);
      at += 1 + valueLength;
    }
    return false;
  }

  /** RFC 8285 section 4.3: id 0 is one byte of padding without a length. */
  private findTwoByteElement(bytes: Uint8Array, start: number, end: number, id: number): boolean {
    let at = start;
    while (at + 1 < end) {
      const elementId = bytes[at] ?? 0;
      if (elementId === 0) {
        at += 1;
        continue;
      }
      const valueLength = bytes[at + 1] ?? 0;
      if (elementId === id) return this.foundElement(at + 2, valueLength, end);
      at += 2 + valueLength;
    }
    return false;
  }

  private foundElement(start: number, length: number, end: number): boolean {
    if (start + length > end) return false;
    this.extensionStart = start;
    this.extensionLength = length;
    return true;
  }
}
