/** The most that four bytes hold. */
export const MAX_FIXED = 2 ** 28 - 1;
const MAX_BYTES = 8;
const MAX_VALUE = 2 ** 32 - 1;

/** Reads leb128(), AV1 bitstream specification section 4.10.5. A reusable object: nothing is allocated. */
export class Leb128 {
  value = 0;

  /** @returns how many bytes it takes, 0 when it does not end before `end` or is larger than 32 bits */
  read(bytes: Uint8Array, offset: number, end: number): number {
    let value = 0;
    for (let index = 0; index < MAX_BYTES && offset + index < end; index++) {
      const octet = bytes[offset + index] ?? 0;
      value += (octet & 0x7f) * 2 ** (7 * index);
      if ((octet & 0x80) !== 0) continue;
      if (value > MAX_VALUE) return 0;
      this.value = value;
      return index + 1;
    }
    return 0;
  }
}

/** Writes a value in as few bytes as it needs. @returns where it ends */
export function writeLeb128(bytes: Uint8Array, offset: number, value: number): number {
  let position = offset;
  let rest = value;
  while (rest > 0x7f) {
    bytes[position++] = 0x80 | (rest & 0x7f);
    rest = Math.floor(rest / 128);
  }
  bytes[position++] = rest;
  return position;
}

/** @returns a value up to `MAX_FIXED` in four bytes, the first of them the highest of the 32 bits */
export function fixedLeb128(value: number): number {
  const first = 0x80 | (value & 0x7f);
  const second = 0x80 | ((value >> 7) & 0x7f);
  const third = 0x80 | ((value >> 14) & 0x7f);
  return ((first << 24) | (second << 16) | (third << 8) | (value >> 21)) >>> 0;
}
