import { MediaMemory } from './memory.js';

const BLOCK = 1 << 20;

describe('MediaMemory', () => {
  it('spares nothing beyond three quarters of the block, which what cannot do without still gets', () => {
    const memory = new MediaMemory(new ArrayBuffer(BLOCK));
    const taken: number[] = [];
    while (memory.canSpare(1 << 16)) taken.push(memory.allocate(1 << 16));

    expect(taken).toHaveLength(11);
    expect(memory.allocate(1 << 17)).toBeGreaterThan(0);
    expect(memory.allocate(1 << 16)).toBeGreaterThan(0);
  });

  it('spares again what was given back, whether it had been used before or not', () => {
    const memory = new MediaMemory(new ArrayBuffer(BLOCK));
    const taken: number[] = [];
    while (memory.canSpare(1 << 16)) taken.push(memory.allocate(1 << 16));
    for (const offset of taken) memory.release(offset, 60_000);
    const { usedBytes } = memory;

    let again = 0;
    for (; memory.canSpare(1 << 16); again += 1) memory.allocate(1 << 16);

    expect(again).toBe(taken.length);
    expect(memory.usedBytes).toBe(usedBytes);
  });

  it('counts nothing for what it could not give', () => {
    const memory = new MediaMemory(new ArrayBuffer(BLOCK));

    expect(memory.allocate(1 << 20)).toBe(-1);
    expect(memory.canSpare(BLOCK / 2)).toBe(true);
  });
});
