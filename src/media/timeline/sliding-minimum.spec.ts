import { SlidingMinimum } from './sliding-minimum.js';

describe('SlidingMinimum', () => {
  it('is Infinity while empty', () => {
    expect(new SlidingMinimum(100).value).toBe(Infinity);
  });

  it('keeps the least value of at least one window', () => {
    const minimum = new SlidingMinimum(100);
    minimum.add(5, 0);
    minimum.add(9, 60);
    minimum.add(8, 120);

    expect(minimum.value).toBe(5);
  });

  it('forgets a value after two windows', () => {
    const minimum = new SlidingMinimum(100);
    minimum.add(5, 0);
    minimum.add(8, 120);
    minimum.add(7, 240);

    expect(minimum.value).toBe(7);
  });

  it('is empty after clear', () => {
    const minimum = new SlidingMinimum(100);
    minimum.add(5, 0);
    minimum.clear();

    expect(minimum.value).toBe(Infinity);
  });
});
