import fc from 'fast-check';
import { SequenceWindow } from './sequence-window.js';

describe('SequenceWindow', () => {
  it('knows the last numbers and refuses to judge older ones', () => {
    const window = new SequenceWindow(32);
    window.accept(100);

    expect(window.isFresh(100)).toBe(false);
    expect(window.isFresh(101)).toBe(true);
    expect(window.isFresh(69)).toBe(true);
    expect(window.isFresh(68)).toBe(false);
  });

  it('agrees with a set of everything seen, over jumps of any size and 48 bits', () => {
    const step = fc.oneof(fc.integer({ min: -80, max: 80 }), fc.integer({ min: -80, max: 2 ** 40 }));
    fc.assert(
      fc.property(fc.nat(2 ** 40), fc.array(step, { maxLength: 200 }), (start, steps) => {
        const window = new SequenceWindow(64);
        const seen = new Set<number>();
        let highest = -Infinity;
        let number = start;
        for (const difference of steps) {
          number = Math.max(0, Math.min(2 ** 48 - 1, number + difference));
          const isKnown = number > highest - 64;
          expect(window.isFresh(number)).toBe(isKnown && !seen.has(number));
          window.accept(number);
          if (isKnown) seen.add(number);
          highest = Math.max(highest, number);
          expect(window.highest).toBe(highest);
        }
      }),
    );
  });

  it.each([0, 16, 48, 33.5])('refuses a size of %d', (size) => {
    expect(() => new SequenceWindow(size)).toThrow(RangeError);
  });
});
