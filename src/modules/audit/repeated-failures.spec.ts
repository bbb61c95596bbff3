import { RepeatedFailures, type FailureKind } from './repeated-failures.js';

const kind = (source: string, example = '', reason = 'refused'): FailureKind => ({ reason, source, example });

describe('RepeatedFailures', () => {
  let nowMs = 0;
  const clock = { monotonicMs: () => nowMs };

  it('tells the first at once and the others together, minute by minute', () => {
    const failures = new RepeatedFailures<string>(3, clock);
    const told = ['first', 'second', 'third'].map((failure) => failures.add(kind('a'), failure));

    expect(told).toEqual([true, false, false]);
    expect(failures.add(kind('b'), 'other')).toBe(true);
    expect(failures.collect()).toEqual([]);
    nowMs += 60_000;
    expect(failures.collect()).toEqual([{ failure: 'third', times: 2, isOfMany: false }]);
    expect(failures.add(kind('a'), 'again')).toBe(true);
  });

  it('tells few of the texts that somebody makes up', () => {
    const failures = new RepeatedFailures<number>(3, clock);
    const told = Array.from({ length: 1000 }, (_, n) => failures.add(kind('a', `stream-${String(n)}`), n));

    expect(told.filter(Boolean)).toHaveLength(3);
    expect(failures.add(kind('b', 'cam'), 1000)).toBe(true);
    expect(failures.collect(true)).toEqual([{ failure: 999, times: 997, isOfMany: false }]);
  });

  it('keeps few of many kinds, and the reasons apart even then', () => {
    const failures = new RepeatedFailures<number>(3, clock);
    const told = Array.from({ length: 10_000 }, (_, n) => failures.add(kind(`address-${String(n)}`), n)).filter(
      Boolean,
    );

    expect(told).toHaveLength(501);
    expect(failures.add(kind('another', '', 'wrong password'), -1)).toBe(true);
    expect(failures.collect(true)).toEqual([{ failure: 9999, times: 9499, isOfMany: true }]);
  });
});
