import { Places } from './places.js';

describe('places', () => {
  it('are so many for each key, and free again once they are given back, once', () => {
    const places = new Places(2);
    const [first] = [places.take('a'), places.take('a')];
    expect(places.take('a')).toBeUndefined();
    expect(places.take('b')).toBeDefined();

    first?.();
    first?.();

    expect(places.take('a')).toBeDefined();
    expect(places.take('a')).toBeUndefined();
  });

  it('remember nobody who has none', () => {
    const places = new Places(2);
    for (let n = 0; n < 100; n += 1) places.take(String(n))?.();

    expect(places.size).toBe(0);
  });

  it('are without end where there is no limit', () => {
    const places = new Places(0);

    expect(Array.from({ length: 50 }, () => places.take('a')).every((place) => place !== undefined)).toBe(true);
  });
});
