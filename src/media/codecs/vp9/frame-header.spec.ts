import fc from 'fast-check';
import { FrameHeaders } from './frame-header.js';

/** First bytes of key frames that libvpx 1.12 made of 642x362 pixels: 8 bits, and 10 bits in profile 2. */
const KEY = fromHex('8249834200281016960838241c18');
const KEY_10 = fromHex('924983420014080b4b041c120e0c34');

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (octet) => parseInt(octet, 16));
}

/** @param fields `[value, bits]` one after another */
function bits(...fields: readonly (readonly [number, number])[]): Uint8Array {
  const text = fields.map(([value, count]) => value.toString(2).padStart(count, '0')).join('');
  return Uint8Array.from(text.match(/.{1,8}/g) ?? [], (octet) => parseInt(octet.padEnd(8, '0'), 2));
}

/** Marker, profile 0, not shown again, inter, shown, not resilient; refreshes `slots`. */
function inter(slots: number, found: readonly number[], ...size: readonly number[]): Uint8Array {
  return bits(
    ...([
      [2, 2],
      [0, 2],
      [0, 1],
      [1, 1],
      [1, 1],
      [0, 1],
      [0, 2],
      [slots, 8],
    ] as const),
    ...([
      [5, 3],
      [0, 1],
      [6, 3],
      [0, 1],
      [7, 3],
      [0, 1],
    ] as const),
    ...found.map((flag) => [flag, 1] as const),
    ...size.map((side) => [side - 1, 16] as const),
    [0, 16],
  );
}

function read(headers: FrameHeaders, frame: Uint8Array): boolean {
  return headers.read(frame, 0, frame.length);
}

describe('FrameHeaders', () => {
  it('reads a key frame', () => {
    const headers = new FrameHeaders();

    expect(read(headers, KEY)).toBe(true);
    expect(headers).toMatchObject({ isKeyframe: true, width: 642, height: 362 });
    expect(headers.format).toEqual({
      ...{ profile: 0, bitDepth: 8, colourSpace: 0, isFullRange: false, isSubsampledX: true, isSubsampledY: true },
    });
  });

  it('reads the depth of profile 2', () => {
    const headers = new FrameHeaders();

    expect(read(headers, KEY_10)).toBe(true);
    expect(headers.format).toMatchObject({ profile: 2, bitDepth: 10 });
    expect(headers).toMatchObject({ width: 642, height: 362 });
  });

  it('reads the size of a frame that tells its own', () => {
    const headers = new FrameHeaders();
    read(headers, KEY);

    expect(read(headers, inter(0, [0, 0, 0], 1284, 724))).toBe(true);
    expect(headers).toMatchObject({ isKeyframe: false, width: 1284, height: 724 });
  });

  it('takes the size of the frame that is referred to, as it was refreshed last', () => {
    const headers = new FrameHeaders();
    read(headers, KEY);
    read(headers, inter(1 << 6, [0, 0, 0], 1284, 724));

    read(headers, inter(0, [0, 1]));
    expect([headers.width, headers.height]).toEqual([1284, 724]);
    read(headers, inter(0, [1]));
    expect([headers.width, headers.height]).toEqual([642, 362]);
  });

  it('knows a frame that shows an earlier one again', () => {
    const headers = new FrameHeaders();

    expect(read(headers, bits([2, 2], [0, 2], [1, 1], [3, 3]))).toBe(true);
    expect(headers).toMatchObject({ isKeyframe: false, width: 0 });
  });

  it('refuses a key frame that ends before its size', () => {
    for (let length = 1; length < 9; length++) {
      expect(new FrameHeaders().read(KEY, 0, length)).toBe(false);
    }
  });

  it('refuses what begins otherwise', () => {
    expect(read(new FrameHeaders(), Uint8Array.of(0x42, 1, 2, 3))).toBe(false);
    expect(read(new FrameHeaders(), Uint8Array.of(0x82, 0x49, 0x83, 0x41, 0, 0, 0, 0, 0, 0))).toBe(false);
  });

  it('never throws, whatever the bytes', () => {
    const headers = new FrameHeaders();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), (body) => {
        read(headers, body);
        expect(headers.width).toBeLessThanOrEqual(65_536);
      }),
      { numRuns: 2000 },
    );
  });
});
