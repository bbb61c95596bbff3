import { isOverstrained, StrainMeter } from './strain.js';

const NO_DROPS = 0;

/** @returns whether the worker was overstrained after each second */
function after(lagsMs: readonly number[]): boolean[] {
  const meter = new StrainMeter();
  return lagsMs.map((lagMs) => isOverstrained(meter.read(lagMs, NO_DROPS)));
}

describe('StrainMeter', () => {
  it('bears any stalls that drop nothing, up to a second', () => {
    expect(after([200, 999, 999, 999, 999, 999, 200])).not.toContain(true);
  });

  it('bears one long stall, and one that lies across two seconds', () => {
    expect(after([3000, 0, 0, 0, 0, 0])).not.toContain(true);
    expect(after([1700, 1300, 0, 0, 0, 0])).not.toContain(true);
  });

  it('has too much of being a second late in three seconds of five, until three of five are calm', () => {
    expect(after([1000, 0, 1000, 0, 1000, 0, 0, 0])).toEqual([false, false, false, false, true, false, false, false]);
    expect(after([1000, 1000, 1000, 1000, 1000, 0, 0, 0])).toEqual([false, false, true, true, true, true, true, false]);
  });

  it('counts seconds in which datagrams were dropped, however many', () => {
    const meter = new StrainMeter();

    const strained = [900, 900, 901, 902, 902, 902].map((drops) => meter.read(0, drops));

    expect(strained).toEqual([1, 1, 2, 3, 3, 2]);
    expect(strained.map(isOverstrained)).toEqual([false, false, false, true, true, false]);
  });

  it('counts a second that was late and dropped once', () => {
    expect(new StrainMeter().read(1600, 5)).toBe(1);
  });
});
