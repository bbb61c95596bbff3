import { TimerWheel } from './timer-wheel.js';

describe('TimerWheel', () => {
  it('does work of each period as often as a second has room for', () => {
    const wheel = new TimerWheel(0);
    const counts = new Map([10, 100, 1000].map((periodMs) => [periodMs, 0]));
    for (const periodMs of counts.keys())
      wheel.every(periodMs, () => counts.set(periodMs, (counts.get(periodMs) ?? 0) + 1));

    for (let nowMs = 0; nowMs <= 1000; nowMs += 5) wheel.advance(nowMs);

    expect(Object.fromEntries(counts)).toEqual({ 10: 100, 100: 10, 1000: 1 });
  });

  it('spreads work of one period evenly', () => {
    const wheel = new TimerWheel(0);
    const perStep: number[] = [];
    let now = 0;
    for (let task = 0; task < 300; task += 1) wheel.every(1000, () => (perStep[now] = (perStep[now] ?? 0) + 1));

    for (let step = 1; step <= 100; step += 1) {
      now = step;
      wheel.advance(step * 10);
    }

    expect(perStep.slice(1)).toEqual(new Array(100).fill(3));
  });

  it('does everything once after a stall, however long it was', () => {
    const wheel = new TimerWheel(0);
    let runs = 0;
    wheel.every(10, () => (runs += 1));

    wheel.advance(60_000);
    wheel.advance(60_010);

    expect(runs).toBe(2);
  });

  it('forgets work that ended, from within it too', () => {
    const wheel = new TimerWheel(0);
    let runs = 0;
    const end = wheel.every(10, () => {
      runs += 1;
      end();
    });

    wheel.advance(10);
    wheel.advance(20);

    expect(runs).toBe(1);
  });

  it('refuses periods that do not fit on it', () => {
    expect(() => new TimerWheel(0).every(30, () => undefined)).toThrow(RangeError);
  });
});
