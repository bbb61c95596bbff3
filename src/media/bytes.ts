// Bytes in network order, which RTP, STUN, DTLS and ISO BMFF share. On the hot path a DataView would have to be made for
// every datagram, so numbers are read from and written to plain bytes; reads past the end give zeros.

/** @returns 0 to 2^16 - 1 */
export function readUint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

/** @returns 0 to 2^24 - 1 */
export function readUint24(bytes: Uint8Array, at: number): number {
  return (readUint16(bytes, at) << 8) | (bytes[at + 2] ?? 0);
}

/** @returns 0 to 2^32 - 1 */
export function readUint32(bytes: Uint8Array, at: number): number {
  return ((readUint16(bytes, at) << 16) | readUint16(bytes, at + 2)) >>> 0;
}

/** @param value its lower 16 bits are written */
export function writeUint16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

/** @param value its lower 32 bits are written */
export function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  writeUint16(bytes, at, value >>> 16);
  writeUint16(bytes, at + 2, value & 0xffff);
}

/** @returns one byte for each value, of which the lower 8 bits count */
export function uint8(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values);
}

/** @returns two bytes for each value, of which the lower 16 bits count */
export function uint16(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [value >> 8, value]));
}

/** @returns four bytes for each value, of which the lower 32 bits count */
export function uint32(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [value >>> 24, value >>> 16, value >>> 8, value]));
}

/** @param text characters up to U+007F: one byte each */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
