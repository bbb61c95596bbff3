import fc from 'fast-check';
import { parseSequenceParameterSet } from './sequence-parameter-set.js';

/** Sets that libx264 164 wrote; what they say was read with ffprobe. */
const SETS = [
  {
    title: 'Constrained Baseline with odd cropping',
    bytes: '6742c01eda0290bf88930110000003001000000303c0f162ea',
    expected: { id: 0, profile: 66, constraints: 0xc0, level: 30, width: 642, height: 362, reorderDepth: 0 },
  },
  {
    title: 'High with B-frames',
    bytes: '6764001eacd940a42fe224c044000003000400000300f03c58b658',
    expected: { profile: 100, level: 30, chromaFormat: 1, width: 642, height: 362, reorderDepth: 2 },
  },
  {
    title: 'High without B-frames, 4:3 pixels, BT.709',
    bytes: '6764001eacb405217f11261cd40404050000030001000003003c8f162ea0',
    expected: {
      reorderDepth: 0,
      pixelAspectRatio: { horizontal: 4, vertical: 3 },
      colour: { primaries: 1, transfer: 1, matrix: 1, isFullRange: false },
    },
  },
  {
    title: 'High 4:2:2',
    bytes: '677a001eb6cd940a42fe227c0440000003004000000f03c58b6580',
    expected: { profile: 122, chromaFormat: 2, lumaBits: 10, chromaBits: 10, width: 642, height: 362, reorderDepth: 2 },
  },
  {
    title: 'High, interlaced',
    bytes: '6764001eacd940a063f3ffe169216a02000003000200000300783e28532c',
    expected: { width: 640, height: 360, reorderDepth: 2 },
  },
] as const;

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (octet) => parseInt(octet, 16));
}

/** Writes u(n) and ue(v) as text of bits. */
function unsigned(value: number): string {
  const bits = (value + 1).toString(2);
  return '0'.repeat(bits.length - 1) + bits;
}

/** A Main profile set of 1280x720 at level 3.1 with so many reference frames and no usability information. */
function mainProfileSet(orderCountType: 0 | 2, referenceFrames: number): Uint8Array {
  const orderCount = unsigned(orderCountType) + (orderCountType === 0 ? unsigned(2) : '');
  const size = `${unsigned(79)}${unsigned(44)}1`;
  const bits = `${unsigned(0)}${unsigned(0)}${orderCount}${unsigned(referenceFrames)}0${size}1001`;
  const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, '0');
  return Uint8Array.of(0x67, 77, 0, 31, ...(padded.match(/.{8}/g) ?? []).map((octet) => parseInt(octet, 2)));
}

describe('parseSequenceParameterSet', () => {
  it.each(SETS)('reads $title', ({ bytes, expected }) => {
    expect(parseSequenceParameterSet(fromHex(bytes))).toMatchObject(expected);
  });

  it('takes the frames that are kept as reorder depth where the set does not tell it', () => {
    expect(parseSequenceParameterSet(mainProfileSet(0, 1))).toMatchObject({
      width: 1280,
      height: 720,
      reorderDepth: 1,
    });
    expect(parseSequenceParameterSet(mainProfileSet(0, 16))?.reorderDepth).toBe(5);
  });

  it('knows that nothing is reordered when output order is decoding order', () => {
    expect(parseSequenceParameterSet(mainProfileSet(2, 4))?.reorderDepth).toBe(0);
  });

  it.each(SETS)('refuses a truncated set: $title', ({ bytes }) => {
    expect(parseSequenceParameterSet(fromHex(bytes).subarray(0, 7))).toBeUndefined();
  });

  it('never throws and never tells an impossible size', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.constantFrom(66, 77, 100, 244), (tail, profile) => {
        const set = parseSequenceParameterSet(Uint8Array.of(0x67, profile, ...tail));
        if (set === undefined) return;
        expect(set.width).toBeGreaterThan(0);
        expect(set.width).toBeLessThanOrEqual(16_384);
        expect(set.height).toBeGreaterThan(0);
        expect(set.height).toBeLessThanOrEqual(16_384);
        expect(set.reorderDepth).toBeLessThanOrEqual(16);
      }),
      { numRuns: 2000 },
    );
  });
});
