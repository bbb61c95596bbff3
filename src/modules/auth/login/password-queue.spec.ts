import { setTimeout as pause } from 'node:timers/promises';
import { PasswordQueue } from './password-queue.js';

const CHECK_MS = 40;

describe('PasswordQueue', () => {
  it('leaves as much time to others as checks of strangers take, and none before who is familiar', async () => {
    const queue = new PasswordQueue();
    const begun: { readonly address: string; readonly atMs: number }[] = [];
    const check = (address: string, isFamiliar: boolean): Promise<void> =>
      queue.run({ address, isFamiliar }, async () => {
        begun.push({ address, atMs: performance.now() });
        await pause(CHECK_MS);
      });
    await Promise.all([check('one', false), check('two', false), check('three', false), check('known', true)]);

    expect(begun.map(({ address }) => address)).toEqual(['one', 'known', 'two', 'three']);
    const between = begun.map(({ atMs }, place) => atMs - (begun[place - 1]?.atMs ?? atMs));
    expect(between[2]).toBeGreaterThanOrEqual(2 * CHECK_MS - 5);
    expect(between[3]).toBeGreaterThanOrEqual(2 * CHECK_MS - 5);
  });
});
