import fc from 'fast-check';
import type { MediaKind } from '../../codecs/codec.js';
import type { ScannedSegment } from '../container.js';
import { FragmentSamples } from '../fragment-samples.js';
import { SEGMENT_TYPE } from './brands.js';
import { fragmentHeaderSize, writeFragmentHeader } from './fragment-header.js';
import { findFirstSample, scanSegment } from './scan.js';

const TICKS_PER_SAMPLE = 3000;
const NOTHING = { wholeBytes: 0, fragments: 0, samples: 0, startTicks: 0, durationTicks: 0, isIndependent: false };

interface SegmentShape {
  /** Bytes of each sample of each fragment. */
  readonly fragments: readonly (readonly number[])[];
  readonly kind?: MediaKind;
  readonly startTicks?: number;
  readonly startsWithSync?: boolean;
}

/** A segment file, and where each of its fragments ends. */
function segment({ fragments, kind = 'video', startTicks = 0, startsWithSync = true }: SegmentShape): {
  bytes: Uint8Array;
  ends: number[];
} {
  const bytes = [...SEGMENT_TYPE];
  let baseDecodeTicks = startTicks;
  const ends = fragments.map((sizes, index) => {
    const samples = new FragmentSamples(sizes.length);
    sizes.forEach((size, at) => samples.add(size, TICKS_PER_SAMPLE, 0, startsWithSync && index === 0 && at === 0));
    const header = new Uint8Array(fragmentHeaderSize(kind, sizes.length));
    writeFragmentHeader(header, 0, kind, { sequenceNumber: index + 1, baseDecodeTicks, samples });
    bytes.push(...header, ...Array.from({ length: samples.payloadBytes }, () => 0xaa));
    baseDecodeTicks += samples.totalDurationTicks;
    return bytes.length;
  });
  return { bytes: Uint8Array.from(bytes), ends };
}

function scan(bytes: Uint8Array): ScannedSegment {
  return scanSegment((offset, length) => bytes.subarray(offset, offset + length), bytes.length);
}

describe('scanSegment', () => {
  it('finds everything in a whole file', () => {
    const { bytes } = segment({ fragments: [[10, 20], [30], [1, 2, 3]], startTicks: 9_000_000_000 });

    expect(scan(bytes)).toEqual({
      wholeBytes: bytes.length,
      fragments: 3,
      samples: 6,
      startTicks: 9_000_000_000,
      durationTicks: 6 * TICKS_PER_SAMPLE,
      isIndependent: true,
      lastSequenceNumber: 3,
    });
  });

  it('reads audio, whose samples are all sync', () => {
    expect(scan(segment({ fragments: [[10, 20]], kind: 'audio', startsWithSync: false }).bytes)).toMatchObject({
      samples: 2,
      isIndependent: true,
    });
  });

  it('counts no sound that asks for concealment: nothing was received there', () => {
    const { bytes } = segment({ fragments: [[10, 1, 1, 20], [1]], kind: 'audio' });

    expect(scan(bytes)).toMatchObject({
      wholeBytes: bytes.length,
      fragments: 2,
      samples: 2,
      durationTicks: 5 * TICKS_PER_SAMPLE,
    });
  });

  it('says when a segment starts without a key frame', () => {
    expect(scan(segment({ fragments: [[5, 6]], startsWithSync: false }).bytes).isIndependent).toBe(false);
  });

  it('ends before the first fragment that is not all there, wherever the file was cut', () => {
    const { bytes, ends } = segment({ fragments: [[10, 20], [30], [7]] });
    for (let length = 0; length <= bytes.length; length++) {
      const whole = ends.filter((end) => end <= length);

      expect(scan(bytes.subarray(0, length))).toMatchObject({
        wholeBytes: whole.at(-1) ?? 0,
        fragments: whole.length,
      });
    }
  });

  it('ends where a lost page left zeros', () => {
    const { bytes, ends } = segment({ fragments: [[10], [20], [30]] });
    bytes.fill(0, ends[0]);

    expect(scan(bytes)).toMatchObject({ wholeBytes: ends[0], fragments: 1 });
  });

  it('ends where time goes back: bytes of another file', () => {
    const first = segment({ fragments: [[10], [20]], startTicks: 900_000 });
    const stale = segment({ fragments: [[10]], startTicks: 100 });
    const bytes = Uint8Array.of(...first.bytes, ...stale.bytes.subarray(SEGMENT_TYPE.length));

    expect(scan(bytes).wholeBytes).toBe(first.bytes.length);
  });

  it('finds nothing in an empty file, and in one whose reads come back short', () => {
    expect(scan(new Uint8Array(0))).toMatchObject(NOTHING);
    expect(scanSegment(() => new Uint8Array(0), 1_000_000)).toMatchObject(NOTHING);
  });

  it('never throws, never promises more than the file has, whatever is in it', () => {
    const { bytes: valid } = segment({ fragments: [[10, 20], [30], [7]] });
    const damaged = fc
      .array(fc.tuple(fc.nat(valid.length - 1), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 6 })
      .map((changes) => {
        const bytes = valid.slice();
        for (const [offset, value] of changes) bytes[offset] = value;
        return bytes;
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), damaged), (bytes) => {
        const found = scan(bytes);
        expect(found.wholeBytes).toBeLessThanOrEqual(bytes.length);
        expect(Number.isSafeInteger(found.startTicks + found.durationTicks)).toBe(true);
        expect(found.fragments === 0).toBe(found.wholeBytes === 0);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('findFirstSample', () => {
  const { bytes } = segment({ fragments: [[10, 20], [30]] });
  const find = (file: Uint8Array, sizeBytes = file.length): ReturnType<typeof findFirstSample> =>
    findFirstSample((offset, length) => file.subarray(offset, offset + length), sizeBytes);

  it('tells where it lies, from the headers alone', () => {
    const offset = SEGMENT_TYPE.length + fragmentHeaderSize('video', 2);

    expect(find(bytes)).toEqual({ offset, length: 10 });
    expect(find(bytes.subarray(0, offset), bytes.length)).toEqual({ offset, length: 10 });
  });

  it('finds none in what is no segment of ours, or ends too early', () => {
    expect(find(bytes.subarray(0, SEGMENT_TYPE.length + 30))).toBeUndefined();
    expect(find(Uint8Array.of(1, 2, 3))).toBeUndefined();
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (file) => find(file) === undefined));
  });
});
