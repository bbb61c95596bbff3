import { inTime, TimeLimitError } from './in-time.js';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('inTime', () => {
  it('gives what came in time, and leaves no timer', async () => {
    await expect(inTime(Promise.resolve('done'), 1000)).resolves.toBe('done');
    expect(jest.getTimerCount()).toBe(0);
  });

  it('fails as the work fails', async () => {
    await expect(inTime(Promise.reject(new RangeError('no')), 1000)).rejects.toThrow(RangeError);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('does not wait longer than the limit', async () => {
    const answer = expect(inTime(new Promise(() => undefined), 2000)).rejects.toThrow(new TimeLimitError(2000));
    await jest.advanceTimersByTimeAsync(2000);
    await answer;
  });
});
