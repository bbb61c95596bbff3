import { startsNalKeyframe, type KeyPackets } from '../nal/key-packet.js';
import { SEQUENCE_SET } from './parameter-sets.js';

const TYPE = 0x1f;
const IDR_SLICE = 5;

/** RFC 6184 section 5.2: STAP-A and FU-A. */
const KEY_PACKETS: KeyPackets = {
  headerBytes: 1,
  aggregateType: 24,
  fragmentType: 28,
  typeOf: (firstByte) => firstByte & TYPE,
  fragmentedTypeOf: (fragmentHeader) => fragmentHeader & TYPE,
  isFirstSet: (type) => type === SEQUENCE_SET,
  isKeySlice: (type) => type === IDR_SLICE,
};

/** See `CodecDefinition.startsKeyframe`. */
export function startsH264Keyframe(bytes: Uint8Array, offset: number, length: number): boolean {
  return startsNalKeyframe(KEY_PACKETS, bytes, offset, length);
}
