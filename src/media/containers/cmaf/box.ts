/** Part of a box: bytes, or a whole box inside it. */
export type BoxPart = Uint8Array;

/**
 * ISO/IEC 14496-12 section 4.2: size, type, content.
 *
 * @param type four ASCII characters
 */
export function box(type: string, ...parts: readonly BoxPart[]): Uint8Array {
  const size = parts.reduce((sum, part) => sum + part.length, 8);
  const bytes = new Uint8Array(size);
  bytes.set(uint32(size), 0);
  bytes.set(ascii(type), 4);
  let offset = 8;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** A box that starts with 8 bits of version and 24 bits of flags. */
export function fullBox(type: string, version: number, flags: number, ...parts: readonly BoxPart[]): Uint8Array {
  return box(type, uint32(version * 0x1000000 + flags), ...parts);
}

export function uint8(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values);
}

export function uint16(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [value >> 8, value]));
}

export function uint32(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [value >>> 24, value >>> 16, value >>> 8, value]));
}

/** @param text characters up to U+007F */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export function zeros(length: number): Uint8Array {
  return new Uint8Array(length);
}
