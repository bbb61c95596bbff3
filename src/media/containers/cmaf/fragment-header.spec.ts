import fc from 'fast-check';
import { FragmentSamples } from '../fragment-samples.js';
import { fragmentHeaderSize, writeFragmentHeader } from './fragment-header.js';
import { parseFragmentHeader, readSamples } from './fragment-parser.js';

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, '0')).join('');
}

function ascii(text: string): string {
  return hex(Uint8Array.from(text, (character) => character.charCodeAt(0)));
}

describe('writeFragmentHeader', () => {
  it('writes one track run with signed composition offsets in front of the samples', () => {
    const samples = new FragmentSamples(2);
    samples.add(10, 3000, 0, true);
    samples.add(7, 3000, -1500, false);
    const bytes = new Uint8Array(fragmentHeaderSize('video', 2));
    writeFragmentHeader(bytes, 0, 'video', { sequenceNumber: 5, baseDecodeTicks: 2 ** 32 + 1, samples });

    expect(hex(bytes)).toBe(
      [
        `0000007c${ascii('moof')}`,
        `00000010${ascii('mfhd')}0000000000000005`,
        `00000064${ascii('traf')}`,
        `00000014${ascii('tfhd')}000200200000000101010000`, // default-base-is-moof, default flags: not a sync sample
        `00000014${ascii('tfdt')}010000000000000100000001`,
        `00000034${ascii('trun')}01000f010000000200000084`, // data behind moof and the mdat header
        '00000bb80000000a0200000000000000',
        '00000bb80000000701010000fffffa24',
        `00000019${ascii('mdat')}`,
      ].join(''),
    );
  });

  it('leaves out of audio what is the same for all its samples', () => {
    const samples = new FragmentSamples(1);
    samples.add(80, 960, 0, true);
    const bytes = new Uint8Array(fragmentHeaderSize('audio', 1));
    writeFragmentHeader(bytes, 0, 'audio', { sequenceNumber: 1, baseDecodeTicks: 0, samples });

    expect(hex(bytes)).toContain(`${ascii('trun')}0100030100000001`);
    expect(hex(bytes)).toContain(`${ascii('tfhd')}000200200000000102000000`);
    expect(hex(bytes)).toContain(`0000001c${ascii('sbgp')}00000000${ascii('roll')}000000010000000100000001`);
    expect(fragmentHeaderSize('audio', 50)).toBe(fragmentHeaderSize('audio', 0) + 400);
  });

  it('writes at an offset and nowhere else', () => {
    const samples = new FragmentSamples(1);
    samples.add(1, 1, 0, true);
    const size = fragmentHeaderSize('audio', 1);
    const bytes = new Uint8Array(size + 20).fill(0xee);
    writeFragmentHeader(bytes, 10, 'audio', { sequenceNumber: 1, baseDecodeTicks: 0, samples });

    expect([...bytes.subarray(0, 10), ...bytes.subarray(size + 10)]).toEqual(Array.from({ length: 20 }, () => 0xee));
  });

  it('is read back as it was written', () => {
    const row = fc.record({
      size: fc.integer({ min: 1, max: 100_000 }),
      duration: fc.integer({ min: 0, max: 200_000 }),
      offset: fc.integer({ min: -90_000, max: 90_000 }),
      isSync: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), fc.maxSafeNat(), (rows, ticks) => {
        const samples = new FragmentSamples(40);
        for (const { size, duration, offset, isSync } of rows) samples.add(size, duration, offset, isSync);
        const baseDecodeTicks = Math.floor(ticks / 2);
        const bytes = new Uint8Array(fragmentHeaderSize('video', rows.length));
        writeFragmentHeader(bytes, 0, 'video', { sequenceNumber: 9, baseDecodeTicks, samples });
        expect(parseFragmentHeader(bytes.subarray(0, bytes.length - 8))).toEqual({
          sequenceNumber: 9,
          startTicks: baseDecodeTicks,
          durationTicks: samples.totalDurationTicks,
          samples: rows.length,
          payloadBytes: samples.payloadBytes,
          startsWithSync: rows[0]?.isSync,
          firstSampleBytes: rows[0]?.size,
        });
      }),
    );
  });

  it('is read back of sound, also as earlier versions wrote it: without the group of the samples', () => {
    const samples = new FragmentSamples(2);
    samples.add(80, 960, 0, true);
    samples.add(70, 960, 0, true);
    const header = new Uint8Array(fragmentHeaderSize('audio', 2));
    writeFragmentHeader(header, 0, 'audio', { sequenceNumber: 3, baseDecodeTicks: 48_000, samples });
    const moof = header.subarray(0, -8);
    const groupBytes = 28;
    const earlier = moof.slice(0, -groupBytes);
    for (const sizeAt of [0, 24]) earlier[sizeAt + 3] = (earlier[sizeAt + 3] ?? 0) - groupBytes;

    const parsed = parseFragmentHeader(moof);

    expect(parsed).toMatchObject({ sequenceNumber: 3, samples: 2, payloadBytes: 150, firstSampleBytes: 80 });
    expect(parseFragmentHeader(earlier)).toEqual(parsed);
    expect(readSamples(earlier)).toEqual(readSamples(moof));
    expect(readSamples(moof).count).toBe(2);
  });
});

describe('FragmentSamples', () => {
  it('takes no more samples than it has room for', () => {
    const samples = new FragmentSamples(1);

    expect(samples.add(5, 1, 0, true)).toBe(true);
    expect(samples.add(6, 1, 0, true)).toBe(false);
    expect(samples).toMatchObject({ count: 1, payloadBytes: 5, totalDurationTicks: 1 });
  });

  it('starts anew', () => {
    const samples = new FragmentSamples(1);
    samples.add(5, 1, 0, true);
    samples.clear();

    expect(samples).toMatchObject({ count: 0, payloadBytes: 0, totalDurationTicks: 0 });
  });
});
