import fc from 'fast-check';
import { FrameReader, frame } from './frame-reader.js';

const MOST = 100;

/** What a reader gives of these chunks, and whether the connection is still of use. */
function read(chunks: readonly Uint8Array[], accepts = Infinity): { datagrams: number[][]; isWhole: boolean } {
  const datagrams: number[][] = [];
  const reader = new FrameReader(MOST, (datagram) => {
    datagrams.push([...datagram]);
    return datagrams.length < accepts;
  });
  return { isWhole: chunks.every((chunk) => reader.push(chunk)), datagrams };
}

/** The bytes of `chunks` cut anew into pieces of these lengths, over and over. */
function recut(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const end = offset + (lengths[pieces.length % lengths.length] ?? 1);
    pieces.push(bytes.subarray(offset, end));
    offset = end;
  }
  return pieces;
}

describe('FrameReader', () => {
  it('gives every datagram once and in order, however the connection cuts and merges them', () => {
    const datagrams = fc.array(fc.uint8Array({ minLength: 1, maxLength: MOST }), { maxLength: 20 });
    const lengths = fc.array(fc.integer({ min: 1, max: 150 }), { minLength: 1, maxLength: 10 });

    fc.assert(
      fc.property(datagrams, lengths, (sent, cuts) => {
        const bytes = Buffer.concat(sent.map(frame));
        expect(read(recut(bytes, cuts))).toEqual({ isWhole: true, datagrams: sent.map((one) => [...one]) });
      }),
    );
  });

  it('waits for the rest of a frame, one byte at a time', () => {
    expect(read([[0], [3], [1], [2]].map((bytes) => Uint8Array.from(bytes))).datagrams).toEqual([]);
    expect(read([[0], [3], [1], [2], [3]].map((bytes) => Uint8Array.from(bytes))).datagrams).toEqual([[1, 2, 3]]);
  });

  it.each([
    ['whole', [[0, 0, 0, 1, 7]]],
    ['cut in the middle', [[0], [0, 0], [1, 7]]],
  ])('leaves null packets out: %s (RFC 4571 section 2)', (_, chunks) => {
    expect(read(chunks.map((bytes) => Uint8Array.from(bytes)))).toEqual({ isWhole: true, datagrams: [[7]] });
  });

  it('breaks at null packets without end, and not at those between datagrams', () => {
    const nulls = new Uint8Array(2000);
    const datagram = frame(Uint8Array.of(7));

    expect(read([nulls, datagram, nulls, datagram])).toEqual({ isWhole: true, datagrams: [[7], [7]] });
    expect(read([nulls, nulls.subarray(0, 2)]).isWhole).toBe(false);
  });

  it.each([
    ['at once', [[0, MOST + 1, 1, 2]]],
    ['whose length comes in two', [[0], [MOST + 1]]],
    ['after a good one', [[0, 1, 7, 0xff, 0xff]]],
  ])('breaks at a frame that is too long: %s', (_, chunks) => {
    expect(read(chunks.map((bytes) => Uint8Array.from(bytes))).isWhole).toBe(false);
  });

  it('gives no more once no more is wanted', () => {
    expect(read([Uint8Array.from([0, 1, 1, 0, 1, 2, 0, 1, 3])], 2)).toEqual({ isWhole: false, datagrams: [[1], [2]] });
  });

  it('survives every sequence of bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 })), (chunks) => {
        expect(read(chunks).datagrams.every(({ length }) => length > 0 && length <= MOST)).toBe(true);
      }),
    );
  });
});
