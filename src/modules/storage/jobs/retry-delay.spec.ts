import { RETRY_TIMING, retryDelayMs } from './retry-delay.js';

const middle = (): number => 0.5;

it('doubles from a second to five minutes', () => {
  const delays = [1, 2, 3, 9, 10, 1000].map((failures) => retryDelayMs(failures, RETRY_TIMING, middle));

  expect(delays).toEqual([1000, 2000, 4000, 256_000, 300_000, 300_000]);
});

it.each([
  [() => 0, 750],
  [() => 0.999, 1250],
])('varies by a quarter', (random, delayMs) => {
  expect(retryDelayMs(1, RETRY_TIMING, random)).toBe(delayMs);
});
