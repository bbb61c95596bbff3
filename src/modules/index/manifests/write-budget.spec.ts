import { WriteBudget } from './write-budget.js';

it('lets small files be written at each segment and large ones more rarely', () => {
  const budget = new WriteBudget();
  expect(budget.waitMs(0)).toBe(0);

  budget.spend(64 * 1024, 1000);
  expect(budget.waitMs(1000)).toBe(250);
  expect(budget.waitMs(7000)).toBe(0);

  budget.spend(8 * 1024 * 1024, 7000);
  expect(budget.waitMs(13_000)).toBe(26_000);
});
