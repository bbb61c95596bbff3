import fc from 'fast-check';
import type { DataChunk } from './data-chunk.js';
import { Reassembly } from './reassembly.js';

/** Messages of one byte that says which they are; each has a stream and its place there. */
class Scene {
  readonly heard: number[] = [];
  readonly reassembly = new Reassembly(1_000, ({ bytes }) => this.heard.push(bytes[0] ?? -1));

  push(tsn: number, how: Partial<DataChunk> = {}): boolean {
    const whole = { streamId: 1, sequence: 0, protocol: 53, isUnordered: false, begins: true, ends: true };
    return this.reassembly.push(tsn, { tsn, ...whole, bytes: Uint8Array.of(tsn), ...how });
  }
}

describe('Reassembly', () => {
  it('goes on behind what is skipped, in its order, over the end of the sequence numbers', () => {
    const scene = new Scene();
    for (const [tsn, sequence] of [0x7ffe, 0xfffc].entries()) scene.reassembly.skipTo(tsn, tsn + 1, [[1, sequence]]);
    for (const [at, sequence] of [0xffff, 2, 0xfffe, 1, 4].entries()) scene.push(10 + at, { sequence });
    expect(scene.heard).toEqual([]);
    scene.reassembly.skipTo(14, 16, [[1, 0]]);

    expect(scene.heard).toEqual([12, 10, 13, 11]);
    scene.reassembly.skipTo(16, 17, [[1, 3]]);
    expect(scene.heard).toEqual([12, 10, 13, 11, 14]);
    expect(scene.reassembly.heldBytes).toBe(0);
  });

  it.each([
    ['a few numbers', 12],
    ['more numbers than there are messages', 1_000_000],
  ])('keeps nothing of messages that are skipped by %s, and all of those behind', (_what, upTo) => {
    const scene = new Scene();
    scene.push(9, { ends: false });
    scene.push(10, { begins: false, ends: false });
    scene.push(12, { ends: false, isUnordered: true });
    const behind = [upTo + 1, upTo + 3, upTo + 5, upTo + 7];
    for (const tsn of behind) scene.push(tsn, { ends: false, isUnordered: true });
    scene.reassembly.skipTo(10, upTo, []);
    const held = scene.reassembly.heldBytes;
    for (const tsn of behind) scene.push(tsn + 1, { begins: false, isUnordered: true });

    expect(scene.heard).toHaveLength(4);
    expect(held).toBe(4 * 129);
    expect(scene.reassembly.heldBytes).toBe(0);
  });

  it('holds nothing when all has come, whatever was skipped meanwhile', () => {
    const step = fc.record({ tsn: fc.nat(30), skips: fc.boolean(), sequence: fc.nat(12), streamId: fc.nat(2) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const scene = new Scene();
        const seen = new Set<number>();
        let from = -1;
        for (const { tsn, skips, sequence, streamId } of steps) {
          if (tsn <= from || seen.has(tsn)) continue;
          if (skips) scene.reassembly.skipTo(from, (from = tsn), [[streamId, sequence]]);
          else scene.push(tsn, { sequence, streamId });
          seen.add(tsn);
        }
        for (const streamId of [0, 1, 2]) scene.reassembly.skipTo(100, 101, [[streamId, 20]]);

        expect(scene.reassembly.heldBytes).toBe(0);
        expect(new Set(scene.heard).size).toBe(scene.heard.length);
      }),
    );
  });
});
