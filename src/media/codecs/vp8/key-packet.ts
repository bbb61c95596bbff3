import { descriptorLength, startsPicture } from './payload-descriptor.js';

const INTER_FRAME = 0x01;

/** @returns whether a packet holds the first bytes of a key frame: frame tag of RFC 6386 section 9.1 */
export function startsVp8Keyframe(bytes: Uint8Array, offset: number, length: number): boolean {
  const described = descriptorLength(bytes, offset, length);
  if (described < 0 || described >= length || !startsPicture(bytes, offset)) return false;
  return ((bytes[offset + described] ?? 0) & INTER_FRAME) === 0;
}
