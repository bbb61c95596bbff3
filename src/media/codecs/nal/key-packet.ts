/** First bit behind the header of a slice: it begins with the picture's first block (the number 0, or a flag). */
const FIRST_IN_PICTURE = 0x80;
const FRAGMENT_START = 0x80;

/** How a codec says that a decoder can begin. */
export interface KeyPackets {
  readonly headerBytes: 1 | 2;
  readonly aggregateType: number;
  readonly fragmentType: number;
  /** @returns the type in the first byte of a NAL unit header */
  typeOf(firstByte: number): number;
  /** @returns the type in the header of a fragment */
  fragmentedTypeOf(fragmentHeader: number): number;
  /** The parameter set that comes first in front of a key frame. */
  isFirstSet(type: number): boolean;
  isKeySlice(type: number): boolean;
}

/**
 * @returns whether a decoder can begin with this packet: it has the first of the parameter sets, or, where they do not
 * come with every key frame, the first slice of one
 */
export function startsNalKeyframe(packets: KeyPackets, bytes: Uint8Array, offset: number, length: number): boolean {
  const { headerBytes, aggregateType, fragmentType } = packets;
  if (length <= headerBytes) return false;
  const type = packets.typeOf(bytes[offset] ?? 0);
  if (type === aggregateType) return aggregateStarts(packets, bytes, offset + headerBytes, offset + length);
  if (type !== fragmentType) return unitStarts(packets, type, bytes[offset + headerBytes] ?? 0);
  const fragmentHeader = bytes[offset + headerBytes] ?? 0;
  if ((fragmentHeader & FRAGMENT_START) === 0 || length <= headerBytes + 1) return false;
  return unitStarts(packets, packets.fragmentedTypeOf(fragmentHeader), bytes[offset + headerBytes + 1] ?? 0);
}

/** NAL units behind their lengths in 16 bits. Delimiters and messages may stand in front of what counts. */
function aggregateStarts(packets: KeyPackets, bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at + 2 + packets.headerBytes < end) {
    const length = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    const type = packets.typeOf(bytes[at + 2] ?? 0);
    if (unitStarts(packets, type, bytes[at + 2 + packets.headerBytes] ?? 0)) return true;
    at += 2 + length;
  }
  return false;
}

function unitStarts(packets: KeyPackets, type: number, firstByte: number): boolean {
  return packets.isFirstSet(type) || (packets.isKeySlice(type) && (firstByte & FIRST_IN_PICTURE) !== 0);
}
