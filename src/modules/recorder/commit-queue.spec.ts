import { BaseDirTakenError } from './recorder.errors.js';
import { CommitQueue } from './commit-queue.js';

const silent = { warn: () => undefined, error: () => undefined };

describe('CommitQueue', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('runs commits in order, one at a time', async () => {
    const queue = new CommitQueue(silent);
    const seen: string[] = [];
    queue.push(async () => {
      await Promise.resolve();
      seen.push('first');
    });
    queue.push(() => void seen.push('second'));

    await expect(queue.settle(1000)).resolves.toBe(true);
    expect(seen).toEqual(['first', 'second']);
  });

  it('tries a failing commit again, with growing pauses, before the next one', async () => {
    const queue = new CommitQueue(silent);
    const attemptsMs: number[] = [];
    const started = Date.now();
    const seen: string[] = [];
    queue.push(() => {
      attemptsMs.push(Date.now() - started);
      if (attemptsMs.length < 4) throw new Error('database is away');
      seen.push('first');
    });
    queue.push(() => void seen.push('second'));
    await jest.advanceTimersByTimeAsync(10_000);

    expect(attemptsMs).toEqual([0, 250, 750, 1750]);
    expect(seen).toEqual(['first', 'second']);
    expect(queue.isSettled).toBe(true);
  });

  it('says when it is not settled in time', async () => {
    const queue = new CommitQueue(silent);
    queue.push(() => Promise.reject(new Error('database is away')));

    const settled = queue.settle(5000);
    await jest.advanceTimersByTimeAsync(5000);

    await expect(settled).resolves.toBe(false);
  });

  it('leaves out a commit that a rule refuses', async () => {
    const errors: unknown[] = [];
    const queue = new CommitQueue({ warn: () => undefined, error: (_message, cause) => errors.push(cause) });
    const seen: string[] = [];
    queue.push(() => Promise.reject(new BaseDirTakenError('a')));
    queue.push(() => void seen.push('second'));

    await queue.settle(1000);

    expect(seen).toEqual(['second']);
    expect(errors).toHaveLength(1);
  });
});
