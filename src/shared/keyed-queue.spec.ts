import { KeyedQueue } from './keyed-queue.js';

describe('KeyedQueue', () => {
  it('runs the tasks of a key one after another', async () => {
    const queue = new KeyedQueue();
    const seen: string[] = [];
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));

    const first = queue.run('cam', async () => {
      await gate;
      seen.push('first');
    });
    const second = queue.run('cam', () => seen.push('second'));
    release();
    await Promise.all([first, second]);

    expect(seen).toEqual(['first', 'second']);
  });

  it('does not let one key wait for another', async () => {
    const queue = new KeyedQueue();
    void queue.run('stuck', () => new Promise<void>(() => undefined));

    await expect(queue.run('free', () => 'done')).resolves.toBe('done');
  });

  it('goes on after a task that failed', async () => {
    const queue = new KeyedQueue();
    const failed = queue.run('cam', () => Promise.reject(new Error('first')));
    const next = queue.run('cam', () => 'second');

    await expect(failed).rejects.toThrow('first');
    await expect(next).resolves.toBe('second');
  });
});
