import fc from 'fast-check';
import { av1 } from '../av1.js';
import { codecParameters } from './configuration.js';
import { parseSequenceHeader } from './sequence-header.js';

/** What libaom 3.6 wrote for 642x362, level 2.1. */
const LIBAOM = fromHex('0000000cc5036936be4010');

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (octet) => parseInt(octet, 16));
}

/** @param fields `[value, bits]` one after another */
function bits(...fields: readonly (readonly [number, number])[]): Uint8Array {
  const text = fields.map(([value, count]) => value.toString(2).padStart(count, '0')).join('');
  return Uint8Array.from(text.match(/.{1,8}/g) ?? [], (octet) => parseInt(octet.padEnd(8, '0'), 2));
}

/** 1920 × 1080 in 11 bits each. */
const SIZE = [
  [10, 4],
  [10, 4],
  [1919, 11],
  [1079, 11],
] as const;
const parse = (bytes: Uint8Array): ReturnType<typeof parseSequenceHeader> =>
  parseSequenceHeader(bytes, 0, bytes.length);

describe('parseSequenceHeader', () => {
  it('reads the header of a real stream', () => {
    expect(parse(LIBAOM)).toEqual({
      ...{
        profile: 0,
        level: 1,
        tier: 0,
        isSpatiallyLayered: false,
        isReduced: false,
        width: 642,
        height: 362,
        bitDepth: 8,
      },
      ...{ isMonochrome: false, isSubsampledX: true, isSubsampledY: true, chromaPosition: 0 },
      colour: { primaries: 2, transfer: 2, matrix: 2, isFullRange: false },
    });
  });

  it.each([
    ['0000000cc5036936be4010', false],
    ['0001070cc5036936be4010', false],
    ['0003010cc5036936be4010', true],
    ['0007070cc5036936be4010', true],
  ])('tells spatial layers of the first operating point of %s: %s', (hex, isSpatiallyLayered) => {
    expect(parse(fromHex(hex))).toMatchObject({ isSpatiallyLayered, width: 642 });
  });

  it('reads timing, decoder model, operating points with tiers, 10 bits and colour', () => {
    const points = [
      [0x101, 12],
      [13, 5],
      [1, 1],
      [1, 1],
      [0, 21],
      [1, 1],
      [9, 4],
    ] as const;
    const lower = [
      [0x103, 12],
      [4, 5],
      [0, 1],
      [0, 1],
    ] as const;
    const header = parse(
      bits(
        ...([
          [0, 3],
          [0, 1],
          [0, 1],
        ] as const), // profile, still picture, reduced
        ...([
          [1, 1],
          [1, 32],
          [30, 32],
          [1, 1],
          [1, 1],
        ] as const), // timing: equal intervals, 1 tick each
        ...([
          [1, 1],
          [9, 5],
          [1, 32],
          [9, 5],
          [9, 5],
        ] as const), // decoder model with delays of 10 bits
        ...([[1, 1], [1, 5], ...points, ...lower] as const), // initial delay, two points
        ...SIZE,
        ...([
          [1, 1],
          [5, 7],
          [0, 3],
        ] as const), // frame ids, block tools
        ...([
          [0, 4],
          [1, 1],
          [0, 2],
          [0, 1],
          [1, 1],
          [0, 1],
          [1, 1],
          [6, 3],
          [0, 3],
        ] as const), // coding tools
        ...([
          [1, 1],
          [0, 1],
          [1, 1],
          [9, 8],
          [16, 8],
          [9, 8],
          [0, 1],
          [1, 2],
          [0, 1],
          [0, 1],
        ] as const), // HDR10
        [1, 1],
      ),
    );

    expect(header).toMatchObject({ width: 1920, height: 1080, level: 13, tier: 1, bitDepth: 10, chromaPosition: 1 });
    expect(header?.colour).toEqual({ primaries: 9, transfer: 16, matrix: 9, isFullRange: false });
    expect(header && codecParameters(header, LIBAOM).codecString).toBe('av01.0.13H.10.0.111.09.16.09.0');
  });

  it('reads 4:4:4 RGB, which has no range of its own', () => {
    const reduced = [
      [1, 3],
      [1, 1],
      [1, 1],
      [8, 5],
    ] as const;
    const header = parse(
      bits(...reduced, ...SIZE, [0, 6], [0, 1], [1, 1], [1, 8], [13, 8], [0, 8], [0, 1], [0, 1], [1, 1]),
    );

    expect(header).toMatchObject({ profile: 1, isReduced: true, isSubsampledX: false, isSubsampledY: false });
    expect(header && codecParameters(header, LIBAOM).codecString).toBe('av01.1.08M.08.0.000.01.13.00.1');
  });

  it('reads monochrome and the 4:2:2 of the Professional profile', () => {
    const monochrome = parse(bits([0, 3], [3, 2], [8, 5], ...SIZE, [0, 6], [0, 1], [1, 1], [0, 1], [1, 1], [0, 1]));
    const professional = parse(
      bits([2, 3], [3, 2], [8, 5], ...SIZE, [0, 6], [1, 1], [1, 1], [0, 1], [0, 1], [0, 1], [1, 1], [0, 1], [0, 2]),
    );

    expect(monochrome).toMatchObject({ isMonochrome: true, colour: { isFullRange: true } });
    expect(professional).toMatchObject({ bitDepth: 12, isSubsampledX: true, isSubsampledY: false });
  });

  it('refuses one that ends early', () => {
    for (let length = 0; length < LIBAOM.length - 1; length++) {
      expect(parseSequenceHeader(LIBAOM, 0, length)).toBeUndefined();
    }
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const header = parse(bytes);
        expect(header === undefined || (header.width <= 65_536 && header.height <= 65_536)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the configuration of AV1', () => {
  const header = parse(LIBAOM);
  const parameters = header && codecParameters(header, LIBAOM);

  it('is the record of the ISO BMFF binding with the sequence header behind it', () => {
    expect(parameters?.configuration).toEqual(Uint8Array.of(0x81, 0x01, 0x0c, 0, 0x0a, LIBAOM.length, ...LIBAOM));
    expect(parameters?.codecString).toBe('av01.0.01M.08.0.110.02.02.02.0');
  });

  it('tells its codec string, and nothing where it is no record', () => {
    const configuration = parameters?.configuration ?? new Uint8Array(0);

    expect(av1.isobmff.codecString(configuration)).toBe(parameters?.codecString);
    for (let length = 0; length < configuration.length; length++) {
      expect(av1.isobmff.codecString(configuration.subarray(0, length))).toBeUndefined();
    }
  });
});
