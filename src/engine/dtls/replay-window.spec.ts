import fc from 'fast-check';
import { ReplayWindow } from './replay-window.js';

describe('ReplayWindow', () => {
  it('takes each number once, and none that is 64 or more behind the highest', () => {
    const numbers = fc.array(fc.oneof(fc.nat(200), fc.constantFrom(2 ** 48 - 1, 2 ** 48 - 64, 2 ** 48 - 65)));
    fc.assert(
      fc.property(numbers, (all) => {
        const window = new ReplayWindow();
        const taken = new Set<number>();
        for (const number of all) {
          const isNew = window.isNew(number);
          expect(isNew).toBe(!taken.has(number) && number > Math.max(...taken) - 64);
          if (!isNew) continue;
          window.add(number);
          taken.add(number);
        }
      }),
    );
  });
});
