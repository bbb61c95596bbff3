import fc from 'fast-check';
import { fixedLeb128, Leb128, MAX_FIXED, writeLeb128 } from './leb128.js';

describe('Leb128', () => {
  it('reads what was written, in either form', () => {
    fc.assert(
      fc.property(fc.nat({ max: MAX_FIXED }), (value) => {
        const bytes = new Uint8Array(12);
        const end = writeLeb128(bytes, 1, value);
        const reader = new Leb128();

        expect(reader.read(bytes, 1, 12)).toBe(end - 1);
        expect(reader.value).toBe(value);
        new DataView(bytes.buffer).setUint32(6, fixedLeb128(value));
        expect(reader.read(bytes, 6, 10)).toBe(4);
        expect(reader.value).toBe(value);
      }),
    );
  });

  it('writes as few bytes as the value needs', () => {
    const bytes = new Uint8Array(4);

    expect([0, 127, 128, 16_383, 16_384].map((value) => writeLeb128(bytes, 0, value))).toEqual([1, 1, 2, 2, 3]);
  });

  it.each([
    ['ends behind the end', [0x80, 0x80]],
    ['is longer than eight bytes', [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0]],
    ['is larger than 32 bits', [0xff, 0xff, 0xff, 0xff, 0x7f]],
  ])('refuses a value that %s', (_name, bytes) => {
    expect(new Leb128().read(Uint8Array.from(bytes), 0, bytes.length)).toBe(0);
  });
});
