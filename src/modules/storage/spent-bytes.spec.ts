import { Readable } from 'node:stream';
import { SpentBytes } from './spent-bytes.js';

/** Of one byte each, with memory of their own. */
const parts = (...bytes: readonly number[]): Uint8Array[] => bytes.map((byte) => Uint8Array.of(byte));

describe('SpentBytes', () => {
  it('gives a part its memory until the next is asked for', async () => {
    const given = parts(1, 2, 3);
    const seen: number[][] = [];
    for await (const part of new SpentBytes(Readable.from(given))) {
      seen.push([...part]);
      expect(given.filter(({ length }) => length > 0)).toHaveLength(3 - seen.length + 1);
    }

    expect(seen).toEqual([[1], [2], [3]]);
    expect(given.map(({ length }) => length)).toEqual([0, 0, 0]);
  });

  it('leaves memory that others share', async () => {
    const memory = Uint8Array.of(1, 2, 3, 4);
    const halves = [memory.subarray(0, 2), memory.subarray(2)];
    const seen: number[][] = [];
    for await (const part of new SpentBytes(Readable.from(halves))) seen.push([...part]);

    expect(seen).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect([...memory]).toEqual([1, 2, 3, 4]);
  });

  it('ends the body when nobody wants the rest', () => {
    const body = Readable.from(parts(1, 2));
    new SpentBytes(body).destroy();

    expect(body.destroyed).toBe(true);
  });
});
