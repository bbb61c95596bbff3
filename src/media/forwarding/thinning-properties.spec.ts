import fc from 'fast-check';
import { EVERY_LAYER } from './layer-filter.js';
import { FORMATS, ForwardingScene, PLAIN_FORMATS, type SentByPublisher } from './testing/forwarding-fixture.js';

const FRAME_TICKS = 3_000;
const LIMITS = [
  EVERY_LAYER,
  { spatialLayer: 0, temporalLayer: 0 },
  { spatialLayer: 1, temporalLayer: 0 },
  { spatialLayer: 0, temporalLayer: 7 },
];

/** L2T2 of VP9 in non-flexible mode (RFC 9628 section 4.2): two frames of two packets a picture. */
function pictures(count: number, keyEvery: number): SentByPublisher[] {
  return Array.from({ length: count }, (_, picture) =>
    [0, 1, 2, 3].map((index): SentByPublisher => {
      const [spatial, isEnd] = [index >> 1, (index & 1) === 1];
      const isKey = picture % keyEvery === 0;
      const temporal = isKey ? 0 : picture & 1;
      const flags = 0xa0 | (isKey ? 0 : 0x40) | (isEnd ? 0x04 : 0x08);
      const indices = (temporal << 5) | (temporal === 0 ? 0x10 : 0) | (spatial << 1) | spatial;
      return {
        sequence: (65_000 + picture * 4 + index) & 0xffff,
        timestamp: picture * FRAME_TICKS,
        atMs: picture * 33,
        marker: index === 3,
        codecName: 'VP9',
        payload: [flags, picture & 0x7f, indices, 0, picture >> 8, picture & 0xff, spatial, temporal, isEnd ? 1 : 0],
      };
    }),
  ).flat();
}

const distance = (from: number, to: number): number => ((to - from) << 16) >> 16;
const fate = fc.constantFrom('comes', 'comes', 'comes', 'comes', 'late', 'lost', 'twice');

/** What is late comes some packets later. */
function arriving(sent: readonly SentByPublisher[], fates: readonly string[]): SentByPublisher[] {
  return sent
    .flatMap((packet, index) => {
      const name = index < 4 ? 'comes' : fates[index % fates.length];
      const place = name === 'late' ? index + 6.5 : index;
      return name === 'lost' ? [] : Array.from({ length: name === 'twice' ? 2 : 1 }, () => ({ packet, place }));
    })
    .sort((a, b) => a.place - b.place)
    .map(({ packet }) => packet);
}

describe('a stream from which layers are left out', () => {
  it('has no holes but those of the network, keeps its order, and sends no number with two contents', () => {
    const change = fc.record({ at: fc.nat(399), limit: fc.constantFrom(...LIMITS) });
    fc.assert(
      fc.property(
        fc.array(fate, { minLength: 1, maxLength: 60 }),
        fc.array(change, { maxLength: 6 }),
        fc.integer({ min: 3, max: 60 }),
        fc.boolean(),
        (fates, changes, keyEvery, isPlain) => {
          const scene = new ForwardingScene();
          const [source, stream] = [scene.source(), scene.stream(isPlain ? { rtxSsrc: undefined } : {})];
          stream.choose(source, isPlain ? PLAIN_FORMATS : FORMATS);
          const sent = pictures(100, keyEvery);
          const byNumber = new Map<number, string>();
          const places: { number: number; index: number }[] = [];
          const first = sent[0]?.sequence ?? 0;
          const holes = new Set(sent.map((_, index) => index));
          arriving(sent, fates).forEach((packet, place) => {
            for (const { at, limit } of changes) if (at === place) stream.limit(limit);
            holes.delete(distance(first, packet.sequence));
            const got = scene.forward(stream, source, packet);
            if (got === undefined) return;
            expect(byNumber.has(got.sequence)).toBe(false);
            byNumber.set(got.sequence, JSON.stringify(got));
            if (got.payload.length > 1) places.push({ number: got.sequence, index: distance(first, packet.sequence) });
            const again = scene.resend(stream, got.sequence, packet.atMs, 0);
            if (again === undefined) return;
            if (isPlain) expect(JSON.stringify(again)).toBe(byNumber.get(got.sequence));
            else {
              const isEmpty = got.payload.length === 1;
              expect(again.marker).toBe(got.marker);
              expect(again.payload.slice(2)).toEqual(isEmpty ? [] : got.payload);
            }
          });

          const inOrder = places.toSorted((a, b) => a.index - b.index).map(({ number }) => number);
          const begin = inOrder[0] ?? 0;
          const numbers = inOrder.map((number) => distance(begin, number));
          expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
          const all = [...byNumber.keys()].map((number) => distance(begin, number)).sort((a, b) => a - b);
          const missing = (all.at(-1) ?? 0) + 1 - all.length;
          expect(missing).toBeLessThanOrEqual(holes.size);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('marks the last packet of the largest picture that is sent, and of every picture one', () => {
    const scene = new ForwardingScene();
    const [source, stream] = [scene.source(), scene.stream()];
    stream.choose(source, FORMATS);
    const marked = (limit: typeof EVERY_LAYER): number[][] => {
      stream.limit(limit);
      return pictures(60, 30)
        .slice(limit === EVERY_LAYER ? 0 : 4 * 30)
        .flatMap((packet) => scene.forward(stream, source, packet) ?? [])
        .filter(({ marker }) => marker)
        .map(({ payload }) => payload.slice(6));
    };
    for (const packet of pictures(30, 30)) scene.forward(stream, source, packet);
    const found = marked({ spatialLayer: 0, temporalLayer: 0 });

    expect(found).toHaveLength(15);
    expect(new Set(found.map((one) => one.join()))).toEqual(new Set(['0,0,1']));
  });

  it('waits for a key frame to go up, and goes on below until it is there', () => {
    const scene = new ForwardingScene();
    const [source, stream] = [scene.source(), scene.stream()];
    stream.choose(source, FORMATS);
    const sent = pictures(90, 60);
    const spatial = (from: number, to: number): number[] => [
      ...new Set(
        sent.slice(4 * from, 4 * to).flatMap((packet) => scene.forward(stream, source, packet)?.payload[6] ?? []),
      ),
    ];

    expect(spatial(0, 20)).toEqual([0, 1]);
    stream.limit({ spatialLayer: 0, temporalLayer: 7 });
    expect(spatial(20, 40)).toEqual([0]);
    expect(stream.awaited).toBeUndefined();
    stream.limit(EVERY_LAYER);
    expect(spatial(40, 60)).toEqual([0]);
    expect(stream.awaited).toBe(source);
    expect(spatial(60, 90)).toEqual([0, 1]);
    expect(stream.awaited).toBeUndefined();
  });
});
