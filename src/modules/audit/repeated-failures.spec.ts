import { RepeatedFailures } from './repeated-failures.js';

describe('RepeatedFailures', () => {
  let nowMs = 0;
  const clock = { monotonicMs: () => nowMs };

  it('tells the first at once and the others together, minute by minute', () => {
    const failures = new RepeatedFailures<string>(clock);

    expect([failures.add('a', 'first'), failures.add('a', 'second'), failures.add('a', 'third')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(failures.add('b', 'other')).toBe(true);
    expect(failures.collect()).toEqual([]);
    nowMs += 60_000;
    expect(failures.collect()).toEqual([{ failure: 'third', times: 2 }]);
    expect(failures.add('a', 'again')).toBe(true);
  });

  it('keeps few of many kinds', () => {
    const failures = new RepeatedFailures<number>(clock);
    const told = Array.from({ length: 10_000 }, (_, n) => failures.add(`kind-${String(n)}`, n)).filter(Boolean);

    expect(told).toHaveLength(501);
    expect(failures.collect(true)).toEqual([{ failure: 9999, times: 9499 }]);
  });
});
