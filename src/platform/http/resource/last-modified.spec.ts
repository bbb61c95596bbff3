import { lastModifiedMs } from './last-modified.js';

it.each([
  [1000, 1000, 1000],
  [1001, 1001, 1000],
  [1500, 1999, 1000],
  [1500, 2000, 2000],
  [1999, 9000, 2000],
])('of a change at %d ms, asked for at %d ms, is %d', (modifiedMs, nowMs, date) => {
  expect(lastModifiedMs(modifiedMs, nowMs)).toBe(date);
});

it('is never the same for two states of one second that a client could have seen', () => {
  const first = lastModifiedMs(1200, 1300);
  const second = lastModifiedMs(1800, 2500);

  expect(first).toBeLessThan(second);
});
