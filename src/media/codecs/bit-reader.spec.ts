import { BitReader } from './bit-reader.js';
import { NalBitReader } from './nal/nal-bit-reader.js';

describe('BitReader', () => {
  it('reads fixed and Exp-Golomb codes across bytes', () => {
    const reader = new BitReader().reset(Uint8Array.of(0xff, 0b1010_0110, 0b0100_0010), 1, 2);

    expect([reader.bits(2), reader.unsigned(), reader.unsigned(), reader.signed()]).toEqual([2, 0, 5, 1]);
    expect(reader.isOverrun).toBe(false);
  });

  it('gives zeros past the end and says so', () => {
    const reader = new BitReader().reset(Uint8Array.of(0xff, 0xff), 0, 1);

    expect([reader.bits(9), reader.isOverrun]).toEqual([0x1fe, true]);
    expect(new BitReader().reset(new Uint8Array(9), 0, 9).unsigned()).toBe(0);
  });
});

describe('NalBitReader', () => {
  it('leaves out the byte that keeps start codes out of a NAL unit', () => {
    const reader = new NalBitReader().reset(Uint8Array.of(0, 0, 3, 1, 0, 0, 3, 3), 0, 8);

    expect([reader.bits(24), reader.bits(24), reader.isOverrun]).toEqual([1, 3, false]);
    expect(reader.bit()).toBe(0);
    expect(reader.isOverrun).toBe(true);
  });

  it('keeps a 3 behind zeros that are no part of the unit', () => {
    const reader = new NalBitReader().reset(Uint8Array.of(0, 0, 3), 2, 1);

    expect(reader.bits(8)).toBe(3);
  });
});
