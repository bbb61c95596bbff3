import { readUint16, writeUint16 } from '../bytes.js';
import { EARLIEST_MASK_AT, FRAME_NUMBER_AT, MANDATORY_BYTES } from '../rtp/dependency-descriptor-layout.js';
import type { SourcePacket } from './source-packet.js';

/** With a mask of all 32 decode targets it still fits into the two-byte form of header extensions (RFC 8285 section 4.3). */
const LONGEST_BYTES = 250;
/** Of the flags, where there are any. */
const FLAGS_AT = MANDATORY_BYTES;
const HAS_MASK = 0x40;

/** @returns whether viewers can be sent a dependency descriptor of so many bytes */
export function isForwardable(length: number): boolean {
  return length >= MANDATORY_BYTES && length <= LONGEST_BYTES;
}

/** @returns the number of the frame that the packet belongs to, 16 bits; only of a packet that has a descriptor */
export function frameNumberOf({ bytes, descriptorOffset }: SourcePacket): number {
  return readUint16(bytes, descriptorOffset + FRAME_NUMBER_AT);
}

/** @param targets as `writeDescriptor` is told. @returns bytes that it will write */
export function writtenLength(packet: SourcePacket, targets: number): number {
  const { descriptorLength: length } = packet;
  if (targets === 0 || hasMask(packet)) return length;
  return (Math.max(length * 8, EARLIEST_MASK_AT) + packet.targetCount + 7) >>> 3;
}

/**
 * Writes a packet's dependency descriptor ("RTP Payload Format For AV1", appendix A.8) as a viewer gets it: the publisher's
 * bytes, under a number that goes on over changes of the source.
 *
 * @param frameNumber 16 bits
 * @param targets decode targets that the viewer is sent, a bit each, instead of those that the publisher says; 0 to leave it at that
 */
export function writeDescriptor(
  packet: SourcePacket,
  frameNumber: number,
  targets: number,
  out: Uint8Array,
  at: number,
): void {
  const { bytes, descriptorOffset: from, descriptorLength: length } = packet;
  for (let index = 0; index < length; index++) out[at + index] = bytes[from + index] ?? 0;
  writeUint16(out, at + FRAME_NUMBER_AT, frameNumber);
  if (targets === 0) return;
  const { targetMaskAt: start, targetCount: count } = packet;
  if (!hasMask(packet)) insertBits(packet, start, count, out, at);
  for (let index = 0; index < count; index++) writeBit(out, at, start + index, (targets >>> (count - 1 - index)) & 1);
}

function hasMask({ bytes, descriptorOffset, descriptorLength }: SourcePacket): boolean {
  return descriptorLength > FLAGS_AT && ((bytes[descriptorOffset + FLAGS_AT] ?? 0) & HAS_MASK) !== 0;
}

/** Makes room for so many bits: what lies behind `start` moves on. Byte by byte, as whoever publishes may send long ones. */
function insertBits(packet: SourcePacket, start: number, count: number, out: Uint8Array, at: number): void {
  if (packet.descriptorLength <= FLAGS_AT) out[at + FLAGS_AT] = 0;
  out[at + FLAGS_AT] = (out[at + FLAGS_AT] ?? 0) | HAS_MASK;
  const place = at + (start >>> 3);
  const staying = (0xff00 >>> (start & 7)) & 0xff;
  const before = out[place] ?? 0;
  const end = writtenLength(packet, 1);
  for (let index = (start + count) >>> 3; index < end; index++)
    out[at + index] = eightBitsOf(packet, index * 8 - count);
  out[place] = (before & staying) | ((out[place] ?? 0) & ~staying);
}

/** Behind the end of the descriptor all bits are 0. */
function eightBitsOf({ bytes, descriptorOffset, descriptorLength }: SourcePacket, bit: number): number {
  const index = bit >>> 3;
  const first = index < descriptorLength ? (bytes[descriptorOffset + index] ?? 0) : 0;
  const second = index + 1 < descriptorLength ? (bytes[descriptorOffset + index + 1] ?? 0) : 0;
  return (((first << 8) | second) >>> (8 - (bit & 7))) & 0xff;
}

function writeBit(out: Uint8Array, at: number, bit: number, value: number): void {
  const index = at + (bit >>> 3);
  const mask = 0x80 >>> (bit & 7);
  out[index] = value === 0 ? (out[index] ?? 0) & ~mask : (out[index] ?? 0) | mask;
}
