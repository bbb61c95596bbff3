import fc from 'fast-check';
import { FragmentSamples } from '../containers/fragment-samples.js';
import { DecodeOrder } from './decode-order.js';

function samples(ticks: readonly number[]): { ticks: Float64Array; sizeBytes: Uint32Array; isSync: Uint8Array } {
  return {
    ticks: Float64Array.from(ticks),
    sizeBytes: new Uint32Array(ticks.length).fill(10),
    isSync: Uint8Array.from(ticks, (_, index) => (index === 0 ? 1 : 0)),
  };
}

function cut(ticks: readonly number[], lookAhead: number, limit: number): number {
  return new DecodeOrder().findCut(Float64Array.from(ticks), ticks.length, lookAhead, limit);
}

describe('DecodeOrder.findCut', () => {
  it('takes all but the newest picture when nothing is reordered', () => {
    expect(cut([0, 3, 6, 9], 1, 9)).toBe(3);
  });

  it('ends before the picture that would pass the limit', () => {
    expect(cut([0, 3, 6, 9], 1, 8)).toBe(2);
  });

  it('never ends between a picture and one that is shown before it', () => {
    expect(cut([0, 9, 3, 6, 18, 12, 15, 21], 2, 12)).toBe(4); // I P B B P B B P
  });

  it('keeps back as many pictures as may still be overtaken', () => {
    expect(cut([0, 3, 6, 9, 12], 2, 100)).toBe(3);
  });

  it('gives the shortest run when even that is longer than the limit', () => {
    expect(cut([0, 500, 600], 1, 90)).toBe(1);
  });

  it('gives nothing while nothing can be cut off', () => {
    expect(cut([50, 40, 30], 1, 100)).toBe(0);
    expect(cut([0], 1, 100)).toBe(0);
  });
});

describe('DecodeOrder.fill', () => {
  it('makes durations of the distances when nothing is reordered', () => {
    const run = new FragmentSamples(8);

    expect(new DecodeOrder().fill(run, samples([30, 60, 100]), 3, 0, 130)).toBe(30);
    expect([...run.durationTicks.subarray(0, 3)]).toEqual([30, 40, 30]);
    expect([...run.compositionOffsetTicks.subarray(0, 3)]).toEqual([0, 0, 0]);
  });

  it('writes signed composition offsets for B-frames', () => {
    const run = new FragmentSamples(8);
    new DecodeOrder().fill(run, samples([0, 90, 30, 60]), 4, 0, 120);

    expect([...run.durationTicks.subarray(0, 4)]).toEqual([30, 30, 30, 30]);
    expect([...run.compositionOffsetTicks.subarray(0, 4)]).toEqual([0, 60, -30, -30]);
  });

  it('never starts before the end of what was written', () => {
    const run = new FragmentSamples(8);

    expect(new DecodeOrder().fill(run, samples([100, 130]), 2, 110, 160)).toBe(110);
    expect(run.compositionOffsetTicks[0]).toBe(-10);
    expect(run.totalDurationTicks).toBe(50);
  });

  it('keeps every presentation time, whatever the order, with growing decode times', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(10_000), { minLength: 1, maxLength: 80 }), (ticks) => {
        const run = new FragmentSamples(80);
        let decode = new DecodeOrder().fill(run, samples(ticks), ticks.length, 0, 10_001);
        for (const [index, time] of ticks.entries()) {
          expect(decode + (run.compositionOffsetTicks[index] ?? NaN)).toBe(time);
          expect(run.durationTicks[index]).toBeGreaterThan(0);
          decode += run.durationTicks[index] ?? NaN;
        }
      }),
    );
  });
});
