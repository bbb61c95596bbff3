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

  it('gives a large piece where small neighbours lay, before it touches more', () => {
    const memory = new MediaMemory(new ArrayBuffer(BLOCK));
    const small = Array.from({ length: 8 }, () => memory.allocate(1 << 14));
    const { usedBytes } = memory;
    for (const offset of [3, 0, 7, 1, 6, 2, 5, 4].map((at) => small[at] ?? -1)) memory.release(offset, 1 << 14);

    expect([memory.allocate(1 << 16), memory.allocate(1 << 15)].every((offset) => small.includes(offset))).toBe(true);
    expect(memory.usedBytes).toBe(usedBytes);
  });

  it.each([0, 2 ** 31])(
    'keeps what is held apart, beyond offset %d too, and is whole again when all is given back',
    (from) => {
      const memory = new MediaMemory(new ArrayBuffer(from + BLOCK), from);
      const largest = memory.allocate(1 << 19);
      memory.release(largest, 1 << 19);
      const held: { offset: number; size: number }[] = [];
      const random = seeded(7);
      for (let turn = 0; turn < 5000; turn++) {
        const size = 1 + Math.floor(random() ** 3 * 70_000);
        const offset = random() < 0.5 ? memory.allocate(size) : -1;
        if (offset >= 0) {
          expect(offset % 64).toBe(0);
          const end = offset + size;
          expect(held.find((one) => one.offset < end && offset < one.offset + one.size)).toBeUndefined();
          held.push({ offset, size });
        } else {
          const [one] = held.splice(Math.floor(random() * held.length), 1);
          if (one !== undefined) memory.release(one.offset, one.size);
        }
      }
      for (const { offset, size } of held) memory.release(offset, size);

      expect(memory.allocate(1 << 19)).toBe(largest);
    },
  );
});

/** Numbers from 0 to 1, the same in each run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32;
  };
}
