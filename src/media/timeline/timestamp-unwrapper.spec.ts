import fc from 'fast-check';
import { TimestampUnwrapper } from './timestamp-unwrapper.js';

describe('TimestampUnwrapper', () => {
  it('starts at 0, wherever the sender starts', () => {
    expect(new TimestampUnwrapper().unwrap(4_000_000_000)).toBe(0);
  });

  it('grows over the 32-bit border', () => {
    const unwrapper = new TimestampUnwrapper();
    unwrapper.unwrap(2 ** 32 - 1000);

    expect(unwrapper.unwrap(2000)).toBe(3000);
  });

  it('gives a packet from before the first a negative time', () => {
    const unwrapper = new TimestampUnwrapper();
    unwrapper.unwrap(500);

    expect(unwrapper.unwrap(2 ** 32 - 500)).toBe(-1000);
  });

  it('reads a timestamp without moving to it', () => {
    const unwrapper = new TimestampUnwrapper();
    unwrapper.unwrap(0);

    expect(unwrapper.near(2 ** 31 - 1)).toBe(2 ** 31 - 1);
    expect(unwrapper.unwrap(3000)).toBe(3000);
  });

  it('follows any walk of steps below half the range', () => {
    const steps = fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { maxLength: 50 });
    fc.assert(
      fc.property(fc.nat(2 ** 32 - 1), steps, (start, walk) => {
        const unwrapper = new TimestampUnwrapper();
        unwrapper.unwrap(start);
        let ticks = 0;
        for (const step of walk) {
          ticks += step;
          expect(unwrapper.unwrap(Number(BigInt.asUintN(32, BigInt(start + ticks))))).toBe(ticks);
        }
      }),
    );
  });

  it.each([-1, 2 ** 32, 0.5, NaN])('refuses %p', (timestamp) => {
    expect(() => new TimestampUnwrapper().unwrap(timestamp)).toThrow(RangeError);
  });
});
