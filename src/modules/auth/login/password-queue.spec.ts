import { setTimeout as pause } from 'node:timers/promises';
import { PasswordQueue, type Standing } from './password-queue.js';

const CHECK_MS = 40;

describe('PasswordQueue', () => {
  it('leaves as much time to others as checks of strangers take, and none before who is familiar', async () => {
    const queue = new PasswordQueue();
    const begun: { readonly address: string; readonly atMs: number }[] = [];
    const check = (address: string, standing: Standing): Promise<void> =>
      queue.run({ account: 'ann', address, standing }, async () => {
        begun.push({ address, atMs: performance.now() });
        await pause(CHECK_MS);
      });
    await Promise.all([
      check('one', 'stranger'),
      check('two', 'stranger'),
      check('near', 'neighbour'),
      check('known', 'familiar'),
    ]);

    expect(begun.map(({ address }) => address)).toEqual(['one', 'known', 'near', 'two']);
    const between = begun.map(({ atMs }, index) => atMs - (begun[index - 1]?.atMs ?? atMs));
    expect(between[2]).toBeGreaterThanOrEqual(2 * CHECK_MS - 5);
    expect(between[3]).toBeGreaterThanOrEqual(2 * CHECK_MS - 5);
  });
});
