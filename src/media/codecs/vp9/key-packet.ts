import { PayloadDescriptor } from './payload-descriptor.js';

const INTER_PICTURE = 0x40;
const descriptor = new PayloadDescriptor();

/** @returns whether a packet holds the first bytes of a picture that refers to none before it, in its lowest layer */
export function startsVp9Keyframe(bytes: Uint8Array, offset: number, length: number): boolean {
  if (((bytes[offset] ?? 0) & INTER_PICTURE) !== 0 || descriptor.parse(bytes, offset, length) < 0) return false;
  return descriptor.isFrameStart && descriptor.spatialLayer === 0;
}
