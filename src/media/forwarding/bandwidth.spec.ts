import { BandwidthEstimator } from './bandwidth-estimator.js';
import { LayerChoice } from './layer-choice.js';
import { SentPackets } from './sent-packets.js';
import { SimulatedViewer, type SimulatedWay } from './testing/simulated-viewer.js';

const WIDE: SimulatedWay = { bitsPerSecond: 20e6, delayMs: 20, longestQueueMs: 300, loss: 0, jitterMs: 2 };

describe('the layer of a viewer', () => {
  it.each([
    ['a wide way', WIDE],
    ['a long way', { ...WIDE, delayMs: 150 }],
    ['a way that just carries it', { ...WIDE, bitsPerSecond: 3e6 }],
    ['a way that loses 5 %', { ...WIDE, loss: 0.05 }],
    ['a way of much jitter', { ...WIDE, jitterMs: 60 }],
  ])('is the best one from the beginning to the end on %s', (_, way) => {
    const viewer = new SimulatedViewer(way);

    viewer.run(120_000);

    expect(viewer).toMatchObject({ rid: 'f', changes: 0 });
  });

  it.each([
    ['with a deep queue', 1_000, 0, 0.8],
    ['with a usual queue', 300, 0, 0.8],
    ['with hardly a queue', 40, 0, 0.5],
    ['with loss besides', 300, 0.02, 0.8],
  ])(
    'is the one that a narrow way carries, %s, and better ones are tried less and less',
    (_, longestQueueMs, loss, part) => {
      const viewer = new SimulatedViewer({ ...WIDE, bitsPerSecond: 1e6, longestQueueMs, loss });

      viewer.run(3_000);
      expect(viewer.rid).not.toBe('f');
      viewer.run(297_000);

      expect(viewer.shownMs['f']).toBeLessThan(30_000);
      expect(viewer.shownMs['h']).toBeGreaterThan(300_000 * part);
      expect(viewer.changes).toBeLessThan(30);
    },
  );

  it('is the lowest where nothing else fits', () => {
    const viewer = new SimulatedViewer({ ...WIDE, bitsPerSecond: 250_000 });

    viewer.run(300_000);

    expect(viewer.shownMs['q']).toBeGreaterThan(240_000);
  });

  it('comes back up when the way widens', () => {
    const viewer = new SimulatedViewer({ ...WIDE, bitsPerSecond: 300_000 });
    viewer.run(20_000);
    expect(viewer.rid).toBe('q');

    viewer.way = WIDE;
    viewer.run(60_000);

    expect(viewer.rid).toBe('f');
  });

  it('survives that the way becomes longer', () => {
    const viewer = new SimulatedViewer(WIDE);
    viewer.run(20_000);

    viewer.way = { ...WIDE, delayMs: 220 };
    viewer.run(90_000);

    expect(viewer.rid).toBe('f');
  });
});

describe('BandwidthEstimator', () => {
  function sending(bitsPerSecond: number): BandwidthEstimator {
    const estimator = new BandwidthEstimator(new SentPackets());
    for (let nowMs = 0; nowMs <= 5_000; nowMs += 100) estimator.tick(nowMs, (bitsPerSecond * nowMs) / 8_000);
    return estimator;
  }

  it('believes a receiver that has room for less than is sent, and no other', () => {
    const estimator = sending(1e6);

    estimator.receiverEstimate(1.4e6, 5_000);
    expect(estimator.bitsPerSecond).toBe(Infinity);
    estimator.receiverEstimate(400_000, 5_100);
    expect(estimator.bitsPerSecond).toBeCloseTo(400_000, -1);
  });

  it('goes by receiver reports where there is nothing better', () => {
    const estimator = sending(1e6);

    estimator.reportedLoss(12, 5_000);
    expect(estimator.bitsPerSecond).toBe(Infinity);
    estimator.reportedLoss(128, 6_000);
    expect(estimator.bitsPerSecond).toBeCloseTo(425_000, -1);
  });

  it('is not led astray by reports of packets that were never sent', () => {
    const estimator = sending(1e6);

    estimator.feedback({ type: 'transport-feedback', baseSequence: 700, arrivalsMs: [NaN, NaN, 5, -5, NaN] }, 5_000);

    expect(estimator.bitsPerSecond).toBe(Infinity);
  });
});

describe('LayerChoice', () => {
  const f = { rid: 'f', bitsPerSecond: 2_000_000, isFlowing: true };
  const h = { rid: 'h', bitsPerSecond: 500_000, isFlowing: true };
  const q = { rid: 'q', bitsPerSecond: 100_000, isFlowing: true };

  it('takes the best that fits, goes down at once and up after a while, with room to spare', () => {
    const choice = new LayerChoice<typeof f>();
    const at = (bitsPerSecond: number, nowMs: number) => choice.select([f, h, q], bitsPerSecond, nowMs)?.rid;

    expect(at(Infinity, 0)).toBe('f');
    expect(at(1_000_000, 100)).toBe('h');
    expect(at(50_000, 200)).toBe('q');
    expect(at(590_000, 9_000)).toBe('q');
    expect(at(610_000, 9_000)).toBe('h');
    expect(at(Infinity, 11_000)).toBe('h');
    expect(at(Infinity, 12_000)).toBe('f');
  });

  it('sends the layer that was asked for whatever fits, and chooses again when that one stops', () => {
    const choice = new LayerChoice<typeof f>();
    choice.pin('f');

    expect(choice.select([f, h, q], 0, 0)).toBe(f);
    expect(choice.select([{ ...f, isFlowing: false }, h, q], 0, 1_000)).toBe(q);
    expect(choice.select([f, h, q], 0, 2_000)).toBe(f);
    choice.pin(undefined);
    expect(choice.select([f, h, q], 0, 9_000)).toBe(q);
  });

  it('leaves a layer that stops, and keeps what it has where none flows', () => {
    const choice = new LayerChoice<typeof f>();
    const stopped = [f, h].map((layer) => ({ ...layer, isFlowing: false }));
    const [stoppedF, stoppedH] = stopped;

    expect(choice.select([], Infinity, 0)).toBeUndefined();
    expect(choice.select(stopped, Infinity, 0)).toBe(stoppedF);
    expect(choice.select([f, h], Infinity, 0)).toBe(f);
    expect(choice.select([{ ...f, isFlowing: false }, h], Infinity, 10)).toBe(h);
    expect(stoppedH?.isFlowing).toBe(false);
  });
});
