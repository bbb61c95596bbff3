import { startsNalKeyframe, type KeyPackets } from '../nal/key-packet.js';
import { SEQUENCE_SET, VIDEO_SET } from './parameter-sets.js';

const TYPE = 0x3f;
/** Slices of pictures that refer to no other: ITU-T H.265 table 7-1. */
const FIRST_INTRA_TYPE = 16;
const LAST_INTRA_TYPE = 21;

/** RFC 7798 section 4.4: aggregation packets and fragmentation units. */
const KEY_PACKETS: KeyPackets = {
  headerBytes: 2,
  aggregateType: 48,
  fragmentType: 49,
  typeOf: (firstByte) => (firstByte >> 1) & TYPE,
  fragmentedTypeOf: (fragmentHeader) => fragmentHeader & TYPE,
  isFirstSet: (type) => type === VIDEO_SET || type === SEQUENCE_SET,
  isKeySlice: (type) => type >= FIRST_INTRA_TYPE && type <= LAST_INTRA_TYPE,
};

/** See `CodecDefinition.startsKeyframe`. */
export function startsH265Keyframe(bytes: Uint8Array, offset: number, length: number): boolean {
  return startsNalKeyframe(KEY_PACKETS, bytes, offset, length);
}
