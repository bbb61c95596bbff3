import fc from 'fast-check';
import { FORMATS, ForwardingScene, type ReceivedByViewer, type SentByPublisher } from './testing/forwarding-fixture.js';

const HALF = 2 ** 31;
const FRAME_TICKS = 3_000;
const FRAME_MS = 1000 / 30;

/** One source's packets as they leave it, one per picture. */
function pictures(count: number, first: number, timestamp: number, fromMs: number, ssrc: number): SentByPublisher[] {
  return Array.from({ length: count }, (_, index) => ({
    sequence: (first + index) & 0xffff,
    timestamp: (timestamp + index * FRAME_TICKS) >>> 0,
    atMs: fromMs + index * FRAME_MS,
    ssrc,
    isKey: index === 0,
    payload: [index >> 8, index & 0xff],
  }));
}

function sequenceDistance(from: number, to: number): number {
  return ((to - from) << 16) >> 16;
}

function ticksDistance(from: number, to: number): number {
  return (to - from) | 0;
}

const source = fc.record({
  count: fc.integer({ min: 1, max: 40 }),
  first: fc.oneof(fc.integer({ min: 65_400, max: 65_535 }), fc.integer({ min: 0, max: 65_535 })),
  timestamp: fc.oneof(
    fc.integer({ min: 2 ** 32 - 100_000, max: 2 ** 32 - 1 }),
    fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  ),
  pauseMs: fc.integer({ min: 0, max: 60_000 }),
});

describe('what a viewer gets of any sources', () => {
  it('is one row of numbers without a hole, on one line of time, across every wrap and every change', () => {
    fc.assert(
      fc.property(
        fc.array(source, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 0, max: 65_535 }),
        fc.oneof(fc.constant(2 ** 32 - 1), fc.integer({ min: 0, max: 2 ** 32 - 1 })),
        fc.boolean(),
        (runs, firstSequence, firstTimestamp, isSameSource) => {
          const scene = new ForwardingScene();
          const stream = scene.stream({ firstSequence, firstTimestamp });
          const only = scene.source();
          const got: { packet: ReceivedByViewer; atMs: number }[] = [];
          let nowMs = 0;
          runs.forEach(({ count, first, timestamp, pauseMs }, index) => {
            const from = isSameSource ? only : scene.source();
            stream.choose(from, FORMATS);
            nowMs += pauseMs + FRAME_MS;
            for (const sent of pictures(count, first, timestamp, nowMs, index + 1)) {
              const packet = scene.forward(stream, from, sent);
              if (packet !== undefined) got.push({ packet, atMs: sent.atMs });
              nowMs = sent.atMs;
            }
          });

          expect(got).toHaveLength(runs.reduce((sum, { count }) => sum + count, 0));
          got.forEach(({ packet, atMs }, index) => {
            const before = got[index - 1];
            if (before === undefined) return;
            expect(sequenceDistance(before.packet.sequence, packet.sequence)).toBe(1);
            const ticks = ticksDistance(before.packet.timestamp, packet.timestamp);
            expect(Math.abs(ticks - (atMs - before.atMs) * 90)).toBeLessThanOrEqual(1);
          });
        },
      ),
      { numRuns: 30 },
    );
  });

  it('keeps order, holes and times of what was overtaken, lost or doubled, whatever wraps', () => {
    const fate = fc.constantFrom('comes', 'comes', 'comes', 'lost', 'late', 'twice');
    fc.assert(
      fc.property(source, fc.array(fate, { minLength: 2, maxLength: 200 }), ({ first, timestamp }, fates) => {
        const scene = new ForwardingScene();
        const [from, stream] = [scene.source(), scene.stream()];
        stream.choose(from, FORMATS);
        const sent = pictures(fates.length + 1, first, timestamp, 0, 1);
        const arriving = sent.flatMap((packet, index) => {
          const name = index === 0 ? 'comes' : fates[index - 1];
          if (name === 'lost') return [];
          return name === 'twice' ? [packet, packet] : [packet];
        });
        for (let index = 1; index < arriving.length - 1; index++) {
          const [one, other] = [arriving[index], arriving[index + 1]];
          if (one === undefined || other === undefined || index % 5 !== 0) continue;
          [arriving[index], arriving[index + 1]] = [other, one];
        }

        const got = arriving.flatMap((packet) => scene.forward(stream, from, packet) ?? []);

        const [begin] = got;
        if (begin === undefined) throw new Error('Nothing came.');
        expect(new Set(got.map(({ sequence }) => sequence)).size).toBe(got.length);
        for (const { sequence, timestamp: ticks, payload } of got) {
          const index = ((payload[1] ?? 0) << 8) | (payload[2] ?? 0);
          expect(sequenceDistance(begin.sequence, sequence)).toBe(index);
          expect(ticksDistance(begin.timestamp, ticks)).toBe(index * FRAME_TICKS);
        }
        expect(got).toHaveLength(new Set(arriving).size);
        expect(ticksDistance(0, begin.timestamp)).toBeLessThan(HALF);
      }),
      { numRuns: 60 },
    );
  });

  it('a number is never used for two packets', () => {
    const step = fc.record({
      layer: fc.integer({ min: 0, max: 2 }),
      pick: fc.integer({ min: 0, max: 2 }),
      skip: fc.integer({ min: -3, max: 4 }),
      isKey: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 300 }), (steps) => {
        const scene = new ForwardingScene();
        const stream = scene.stream();
        const layers = [0, 1, 2].map(() => ({ source: scene.source(), sequence: 65_500 }));
        const used = new Set<number>();
        steps.forEach(({ layer, pick, skip, isKey }, index) => {
          const [from, chosen] = [layers[layer], layers[pick]];
          if (from === undefined || chosen === undefined) return;
          stream.choose(chosen.source, FORMATS);
          from.sequence = (from.sequence + skip) & 0xffff;
          const timestamp = Math.floor(index / 4) * 90;
          const sent = { sequence: from.sequence, timestamp, atMs: index, ssrc: layer + 1, isKey };
          for (const packet of scene.forwardAll(stream, from.source, sent)) {
            expect(used.has(packet.sequence)).toBe(false);
            used.add(packet.sequence);
          }
        });
      }),
      { numRuns: 100 },
    );
  });
});
