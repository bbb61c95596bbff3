import { RetryPace } from './retry-pace.js';

it('tries soon at first, then less and less often, each at a moment of its own', () => {
  const [late, early] = [new RetryPace(() => 1), new RetryPace(() => 0)];

  expect([1, 2, 3, 4, 5, 6, 7, 8, 9].map(() => late.next(0))).toEqual([
    500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000,
  ]);
  expect([early.next(0), early.next(0)]).toEqual([250, 500]);
});

it('waits as long as the other side asks for', () => {
  expect(new RetryPace(() => 0).next(0, 20_000)).toBe(20_000);
});

it('begins anew after a connection that lasted, and only then', () => {
  const pace = new RetryPace(() => 1);
  pace.next(0);
  pace.next(0);

  pace.connected(1_000);
  expect(pace.next(5_000)).toBe(2_000);
  pace.connected(10_000);
  pace.connected(15_000);
  expect(pace.next(20_000)).toBe(500);
});
