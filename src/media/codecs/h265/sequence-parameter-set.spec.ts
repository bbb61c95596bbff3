import fc from 'fast-check';
import { parseSequenceParameterSet } from './sequence-parameter-set.js';

/** Sets that libx265 3.5 wrote; what they say was read with ffprobe. */
const SETS = [
  {
    title: 'Main with odd cropping and B-frames',
    bytes: '42010101600000030090000003000003003fa005120171c926595964932bc05a020000030002000003003c10',
    expected: {
      ...{ id: 0, videoSetId: 0, subLayers: 1, isTemporallyNested: true, chromaFormat: 1, lumaBits: 8, chromaBits: 8 },
      ...{ width: 642, height: 362, reorderDepth: 2 },
    },
  },
  {
    title: 'Main 10 with 16:11 pixels, BT.709',
    bytes: '42010102200000030090000003000003003fa005220171c448d965654a4e178235010101040000030004000003007820',
    expected: {
      ...{ width: 642, height: 362, lumaBits: 10, chromaBits: 10, reorderDepth: 2 },
      pixelAspectRatio: { horizontal: 16, vertical: 11 },
      colour: { primaries: 1, transfer: 1, matrix: 1, isFullRange: false },
    },
  },
];

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (octet) => parseInt(octet, 16));
}

describe('parseSequenceParameterSet', () => {
  it.each(SETS)('reads a set of $title', ({ bytes, expected }) => {
    expect(parseSequenceParameterSet(fromHex(bytes))).toMatchObject(expected);
  });

  it('reads profile, tier and level', () => {
    const set = parseSequenceParameterSet(fromHex(SETS[0]?.bytes ?? ''));

    expect(set?.profile).toEqual({
      ...{ space: 0, isHighTier: false, number: 1, compatibility: 0x6000_0000, level: 63 },
      constraints: [0x90, 0, 0, 0, 0, 0],
    });
  });

  it.each(SETS)('refuses a set of $title that ends early', ({ bytes }) => {
    const whole = fromHex(bytes);

    for (let length = 0; length < 24; length++) {
      expect(parseSequenceParameterSet(whole.subarray(0, length))).toBeUndefined();
    }
  });

  it('never throws and never tells sizes that cannot be', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (body) => {
        const set = parseSequenceParameterSet(Uint8Array.of(0x42, 0x01, ...body));
        if (set === undefined) return;
        expect(set.width).toBeGreaterThan(0);
        expect(set.height).toBeGreaterThan(0);
        expect(Math.max(set.width, set.height)).toBeLessThanOrEqual(16_384);
        expect(set.reorderDepth).toBeLessThanOrEqual(16);
      }),
      { numRuns: 1000 },
    );
  });

  it('takes no longer for a set that promises much', () => {
    const promising = fromHex(SETS[0]?.bytes ?? '').fill(0, 24);

    expect(parseSequenceParameterSet(promising)).toBeUndefined();
  });
});
