/** Polynomial of ECMA-182, reflected: its upper and lower half. */
const POLYNOMIAL_HIGH = 0xc96c5795;
const POLYNOMIAL_LOW = 0xd7870f42;

/** Bytes that are taken at once. The tables hold, in halves, what a byte does to the checksum with 0 to 7 bytes behind it. */
const STEP = 8;
const highs = new Int32Array(STEP * 256);
const lows = new Int32Array(STEP * 256);

for (let byte = 0; byte < 256; byte += 1) {
  let high = 0;
  let low = byte;
  for (let bit = 0; bit < 8; bit += 1) {
    const isOdd = (low & 1) === 1;
    low = (low >>> 1) | (high << 31);
    high >>>= 1;
    if (isOdd) {
      low ^= POLYNOMIAL_LOW;
      high ^= POLYNOMIAL_HIGH;
    }
  }
  highs[byte] = high;
  lows[byte] = low;
}
for (let index = 256; index < STEP * 256; index += 1) {
  const high = at(highs, index - 256);
  const low = at(lows, index - 256);
  highs[index] = (high >>> 8) ^ at(highs, low & 0xff);
  lows[index] = ((low >>> 8) | (high << 24)) ^ at(lows, low & 0xff);
}

/** CRC-64 as xz and Alibaba OSS have it: ECMA-182, reflected, inverted at both ends. In halves, because bigint is slow. */
export class Crc64 {
  private high = -1;
  private low = -1;

  update(bytes: Uint8Array): this {
    let { high, low } = this;
    const evenEnd = bytes.length - (bytes.length % STEP);
    let offset = 0;
    for (; offset < evenEnd; offset += STEP) {
      low ^= wordAt(bytes, offset);
      high ^= wordAt(bytes, offset + 4);
      const a = 0x700 | (low & 0xff);
      const b = 0x600 | ((low >>> 8) & 0xff);
      const c = 0x500 | ((low >>> 16) & 0xff);
      const d = 0x400 | (low >>> 24);
      const e = 0x300 | (high & 0xff);
      const f = 0x200 | ((high >>> 8) & 0xff);
      const g = 0x100 | ((high >>> 16) & 0xff);
      const h = high >>> 24;
      low =
        at(lows, a) ^ at(lows, b) ^ at(lows, c) ^ at(lows, d) ^ at(lows, e) ^ at(lows, f) ^ at(lows, g) ^ at(lows, h);
      high =
        at(highs, a) ^
        at(highs, b) ^
        at(highs, c) ^
        at(highs, d) ^
        at(highs, e) ^
        at(highs, f) ^
        at(highs, g) ^
        at(highs, h);
    }
    for (; offset < bytes.length; offset += 1) {
      const index = (low ^ at(bytes, offset)) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ at(lows, index);
      high = (high >>> 8) ^ at(highs, index);
    }
    this.high = high;
    this.low = low;
    return this;
  }

  /** @returns the checksum so far as a decimal number */
  decimal(): string {
    return ((BigInt(~this.high >>> 0) << 32n) | BigInt(~this.low >>> 0)).toString();
  }
}

/** Little endian. */
function wordAt(bytes: Uint8Array, offset: number): number {
  return (
    at(bytes, offset) | (at(bytes, offset + 1) << 8) | (at(bytes, offset + 2) << 16) | (at(bytes, offset + 3) << 24)
  );
}

/** An index inside the table, which the compiler cannot know. */
function at(numbers: Int32Array | Uint8Array, index: number): number {
  return numbers[index] ?? 0;
}
