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
  let offset = 0;
  for (const part of boxParts(type, ...parts)) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** The same as parts one behind the other, where joining megabytes would take its time. */
export function boxParts(type: string, ...parts: readonly Uint8Array[]): Uint8Array[] {
  const size = parts.reduce((sum, part) => sum + part.length, 8);
  return [uint32(size), ascii(type), ...parts];
}

/** A box that starts with 8 bits of version and 24 bits of flags. */
export function fullBox(type: string, version: number, flags: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return box(type, uint32(version * 0x1000000 + flags), ...parts);
}

/** See {@link boxParts}. */
export function fullBoxParts(
  type: string,
  version: number,
  flags: number,
  ...parts: readonly Uint8Array[]
): Uint8Array[] {
  return boxParts(type, uint32(version * 0x1000000 + flags), ...parts);
}

/** @returns reserved or unused bytes */
export function zeros(length: number): Uint8Array {
  return new Uint8Array(length);
}
