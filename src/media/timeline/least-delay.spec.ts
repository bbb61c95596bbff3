import { LeastDelay } from './least-delay.js';

describe('LeastDelay', () => {
  it('is Infinity while empty, and after clear', () => {
    const delay = new LeastDelay();
    expect(delay.value).toBe(Infinity);
    expect(delay.at(5)).toBe(Infinity);
    delay.add(5, 0);
    delay.clear();

    expect(delay.value).toBe(Infinity);
  });

  it('falls at once', () => {
    const delay = new LeastDelay();
    delay.add(80, 0);
    delay.add(20, 10);

    expect(delay.value).toBe(20);
  });

  it('rises by 1.5 ms per second while packets come late', () => {
    const delay = new LeastDelay();
    delay.add(20, 0);
    for (let nowMs = 20; nowMs <= 60_000; nowMs += 20) delay.add(2_000, nowMs);

    expect(delay.value).toBeCloseTo(110);
  });

  it('rises no further than the packets', () => {
    const delay = new LeastDelay();
    delay.add(20, 0);
    delay.add(25, 60_000);

    expect(delay.value).toBe(25);
  });

  it('follows a clock that falls behind by 1 ms per second', () => {
    const delay = new LeastDelay();
    for (let second = 0; second <= 3_600; second++) delay.add(20 + second, second * 1_000);

    expect(delay.value).toBe(3_620);
  });
});
