import { RateLimiter } from './rate-limiter.js';

describe('RateLimiter', () => {
  let nowMs: number;
  let limiter: RateLimiter;

  beforeEach(() => {
    nowMs = 0;
    limiter = new RateLimiter({ perSecond: 2, burst: 3, mostKeys: 100 }, { monotonicMs: () => nowMs });
  });

  const take = (times: number, key = 'a'): (number | undefined)[] =>
    Array.from({ length: times }, () => limiter.take(key));

  it('lets a burst in and then what the rate allows', () => {
    expect(take(4)).toEqual([undefined, undefined, undefined, 1]);
    nowMs = 1000;
    expect(take(3).filter((wait) => wait === undefined)).toHaveLength(2);
    nowMs = 60_000;
    expect(take(4).filter((wait) => wait === undefined)).toHaveLength(3);
  });

  it('spreads those whom it refuses over time, and sends nobody away for longer than half a minute', () => {
    take(3);

    expect(take(6)).toEqual([1, 1, 2, 2, 3, 3]);
    expect(take(1000).at(-1)).toBe(30);
    nowMs = 60_000;
    take(3);
    expect(take(1)).toEqual([1]);
  });

  it('judges each key by itself', () => {
    take(10);

    expect(take(1, 'b')).toEqual([undefined]);
  });

  it('remembers a limited number of keys, the latest', () => {
    take(3, 'first');
    for (let n = 0; n < 1000; n += 1) limiter.take(`key-${String(n)}`);

    expect(limiter.size).toBe(100);
    expect(take(1, 'first')).toEqual([undefined]);
  });
});
