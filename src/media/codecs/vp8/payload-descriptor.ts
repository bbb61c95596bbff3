const EXTENDED = 0x80;
const PARTITION_START = 0x10;
const PARTITION_INDEX = 0x07;
const PICTURE_ID = 0x80;
const LONG_PICTURE_ID = 0x80;
const LAYER_ZERO_INDEX = 0x40;
const LAYER_OR_KEY_INDEX = 0x30;

/** @returns the packet holds the first bytes of a picture, RFC 7741 section 4.2; false for an empty payload */
export function startsPicture(bytes: Uint8Array, offset: number): boolean {
  const flags = bytes[offset] ?? 0;
  return (flags & PARTITION_START) !== 0 && (flags & PARTITION_INDEX) === 0;
}

/** @returns length in bytes of what stands in front of VP8's bytes, -1 when it does not end within the payload */
export function descriptorLength(bytes: Uint8Array, offset: number, length: number): number {
  const described = 1 + (isSet(bytes, offset, length, 0, EXTENDED) ? extensionLength(bytes, offset, length) : 0);
  return described <= length ? described : -1;
}

/** The byte of flags included. */
function extensionLength(bytes: Uint8Array, offset: number, length: number): number {
  let sum = 1;
  if (isSet(bytes, offset, length, 1, PICTURE_ID)) sum += isSet(bytes, offset, length, 2, LONG_PICTURE_ID) ? 2 : 1;
  if (isSet(bytes, offset, length, 1, LAYER_ZERO_INDEX)) sum += 1;
  if (isSet(bytes, offset, length, 1, LAYER_OR_KEY_INDEX)) sum += 1;
  return sum;
}

function isSet(bytes: Uint8Array, offset: number, length: number, position: number, mask: number): boolean {
  return position < length && ((bytes[offset + position] ?? 0) & mask) !== 0;
}
