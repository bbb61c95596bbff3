import { LoadMeter, threadCpuMs } from './load-meter.js';

describe('LoadMeter', () => {
  it('is the mean of the last five readings', () => {
    const meter = new LoadMeter(0, 0);
    const busyMs = [500, 1000, 1500, 2000, 2500, 2500];

    const readings = busyMs.map((busy, index) => meter.read((index + 1) * 1000, busy));

    expect(readings).toEqual([50, 50, 50, 50, 50, 40]);
  });

  it('is never negative', () => {
    expect(new LoadMeter(0, 100).read(1000, 50)).toBe(0);
  });
});

it('threadCpuMs grows with work', () => {
  const before = threadCpuMs();
  let sum = 0;
  for (let index = 0; index < 5_000_000; index += 1) sum += index % 7;

  expect(sum).toBeGreaterThan(0);
  expect(threadCpuMs()).toBeGreaterThan(before);
});
