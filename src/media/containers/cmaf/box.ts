import { ascii, uint32 } from '../../bytes.js';

/**
 * ISO/IEC 14496-12 section 4.2: size, type, content.
 *
 * @param type four ASCII characters
 * @param parts fields, or whole boxes inside this one
 */
export function box(type: string, ...parts: readonly Uint8Array[]): Uint8Array {
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
export function fullBox(type: string, version: number, flags: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return box(type, uint32(version * 0x1000000 + flags), ...parts);
}

/** @returns reserved or unused bytes */
export function zeros(length: number): Uint8Array {
  return new Uint8Array(length);
}
