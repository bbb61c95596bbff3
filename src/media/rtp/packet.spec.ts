import fc from 'fast-check';
import { RtpHeader } from './packet.js';

/** Version 2, padding, extension, no CSRC; marker, payload type 96; sequence 0x1234, timestamp 0x89abcdef, SSRC 0xdeadbeef. */
const FIXED = [0xb0, 0xe0, 0x12, 0x34, 0x89, 0xab, 0xcd, 0xef, 0xde, 0xad, 0xbe, 0xef];

function packet(...parts: number[][]): Uint8Array {
  return Uint8Array.from(parts.flat());
}

describe('RtpHeader', () => {
  const header = new RtpHeader();

  it('reads the fixed header, contributing sources, extension and padding at any offset', () => {
    const fixed = [...FIXED];
    fixed[0] = 0xb2;
    const csrcs = [1, 1, 1, 1, 2, 2, 2, 2];
    const bytes = packet([9, 9, 9], fixed, csrcs, [0xbe, 0xde, 0, 1, 0x10, 7, 0, 0], [5, 6, 7, 0, 2], [9]);

    expect(header.parse(bytes, 3, bytes.length - 4)).toBe(true);
    expect(header.readPadding(bytes, 3, bytes.length - 4)).toBe(true);
    expect(header).toMatchObject({
      marker: true,
      payloadType: 96,
      sequenceNumber: 0x1234,
      timestamp: 0x89abcdef,
      ssrc: 0xdeadbeef,
      headerLength: 12 + 8 + 8,
      paddingLength: 2,
    });
  });

  it.each([
    ['shorter than the fixed header', packet(FIXED.slice(0, 11))],
    ['another version', packet([0x40], FIXED.slice(1))],
    ['contributing sources beyond the end', packet([0x8f], FIXED.slice(1), [0, 0, 0, 0])],
    ['an extension header beyond the end', packet(FIXED, [0xbe, 0xde, 0])],
    ['an extension beyond the end', packet(FIXED, [0xbe, 0xde, 0, 2, 1, 2, 3, 4])],
  ])('refuses %s', (_, bytes) => {
    expect(header.parse(bytes, 0, bytes.length)).toBe(false);
  });

  it.each([
    ['of zero bytes', 0],
    ['longer than the payload', 3],
  ])('refuses padding %s', (_, count) => {
    const bytes = packet([0xa0], FIXED.slice(1), [1, count]);

    expect(header.parse(bytes, 0, bytes.length)).toBe(true);
    expect(header.readPadding(bytes, 0, bytes.length)).toBe(false);
  });

  it('finds elements of the one-byte form, past padding and others', () => {
    const bytes = packet(FIXED, [0xbe, 0xde, 0, 2, 0x11, 0xaa, 0xbb, 0, 0x30, 0xcc, 0, 0], [1]);
    header.parse(bytes, 0, bytes.length);

    expect(header.readExtension(bytes, 0, 3)).toBe(true);
    expect(bytes.subarray(header.extensionStart, header.extensionStart + header.extensionLength)).toEqual(
      packet([0xcc]),
    );
    expect(header.readExtension(bytes, 0, 2)).toBe(false);
    expect(header.readExtension(bytes, 0, 0)).toBe(false);
  });

  it('ends the one-byte form at id 15', () => {
    const bytes = packet(FIXED, [0xbe, 0xde, 0, 1, 0xf0, 1, 0x30, 0xcc], [1]);
    header.parse(bytes, 0, bytes.length);

    expect(header.readExtension(bytes, 0, 3)).toBe(false);
  });

  it('finds elements of the two-byte form, empty ones too', () => {
    const bytes = packet(FIXED, [0x10, 0x03, 0, 2, 0, 20, 0, 200, 2, 0xaa, 0xbb, 0], [1]);
    header.parse(bytes, 0, bytes.length);

    expect(header.readExtension(bytes, 0, 200)).toBe(true);
    expect([...bytes.subarray(header.extensionStart, header.extensionStart + header.extensionLength)]).toEqual([
      0xaa, 0xbb,
    ]);
    expect(header.readExtension(bytes, 0, 20)).toBe(true);
    expect(header.extensionLength).toBe(0);
  });

  it('does not take an element that reaches into the payload', () => {
    const bytes = packet(FIXED, [0xbe, 0xde, 0, 1, 0, 0, 0, 0x33], [1, 2, 3, 4]);
    header.parse(bytes, 0, bytes.length);

    expect(header.readExtension(bytes, 0, 3)).toBe(false);
  });

  it('forgets the extension of the packet before', () => {
    const before = packet(FIXED, [0xbe, 0xde, 0, 1, 0x10, 7, 0, 0]);
    const bytes = packet([0x80], FIXED.slice(1), [0xbe, 0xde, 0, 1, 0x10, 7, 0, 0]);
    header.parse(before, 0, before.length);
    header.parse(bytes, 0, bytes.length);

    expect(header.readExtension(bytes, 0, 1)).toBe(false);
  });

  it('never throws, and never points outside of the packet, whatever the bytes', () => {
    const lead = fc.constantFrom(0x80, 0x90, 0xa0, 0xb0, 0x92, 0xbf, 0x00);
    const profile = fc.constantFrom<number[]>([0xbe, 0xde], [0x10, 0x00], [0x12, 0x34]);
    const hostile = fc
      .tuple(lead, fc.uint8Array({ minLength: 11, maxLength: 11 }), profile, fc.uint8Array({ maxLength: 60 }))
      .map(([first, fixed, type, rest]) => packet([first], [...fixed], type, [0], [...rest]));
    fc.assert(
      fc.property(fc.oneof(hostile, fc.uint8Array({ maxLength: 80 })), fc.nat(4), fc.nat(4), (content, front, back) => {
        const bytes = packet(Array<number>(front).fill(0xff), [...content], Array<number>(back).fill(0xff));
        if (!header.parse(bytes, front, content.length)) return;
        expect(header.headerLength).toBeLessThanOrEqual(content.length);
        if (header.readPadding(bytes, front, content.length)) {
          expect(header.headerLength + header.paddingLength).toBeLessThanOrEqual(content.length);
        }
        for (let id = 0; id < 256; id++) {
          if (!header.readExtension(bytes, front, id)) continue;
          expect(header.extensionStart).toBeGreaterThanOrEqual(front + 16);
          expect(header.extensionStart + header.extensionLength).toBeLessThanOrEqual(front + header.headerLength);
        }
      }),
    );
  });

  it('refuses a length that reaches beyond the bytes', () => {
    expect(header.parse(packet([0x80], FIXED.slice(1)), 0, 13)).toBe(false);
    expect(header.parse(packet([0x80], FIXED.slice(1)), -1, 12)).toBe(false);
  });
});
