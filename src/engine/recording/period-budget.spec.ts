import { PeriodBudget } from './period-budget.js';

describe('PeriodBudget', () => {
  it('has room for a burst, then for one each two seconds', () => {
    const budget = new PeriodBudget();
    const takenAt = Array.from({ length: 2_000 }, (_, index) => index * 10).filter((nowMs) => budget.take(nowMs));

    expect(takenAt.slice(0, 30)).toEqual(Array.from({ length: 30 }, (_, index) => index * 10));
    expect(takenAt.slice(30)).toEqual([2_000, 4_000, 6_000, 8_000, 10_000, 12_000, 14_000, 16_000, 18_000]);
  });

  it('has room for a change every other second for ever', () => {
    const budget = new PeriodBudget();

    expect(Array.from({ length: 5_000 }, (_, index) => budget.take(index * 2_000))).not.toContain(false);
  });

  it('has room for no more than a burst after a long time without changes', () => {
    const budget = new PeriodBudget();
    budget.take(0);

    expect(Array.from({ length: 40 }, () => budget.take(10_000_000)).filter(Boolean)).toHaveLength(30);
  });
});
