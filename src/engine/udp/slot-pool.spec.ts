import { MediaMemory } from '../../media/memory.js';
import { SLOT_BYTES, SlotPool } from './slot-pool.js';

function poolOf(slots: number): { pool: SlotPool; memory: MediaMemory } {
  const memory = new MediaMemory(new ArrayBuffer(slots * SLOT_BYTES));
  return { pool: new SlotPool(memory), memory };
}

/** Keeps one slot after another for as long as the pool lets it. */
function fill(pool: SlotPool): number {
  let held = 0;
  while (pool.mayHold(held + 1)) {
    pool.take();
    held += 1;
  }
  return held;
}

describe('SlotPool', () => {
  it('hands out what was given back first', () => {
    const { pool } = poolOf(16);
    const slot = pool.take();
    pool.take();
    pool.release(slot);

    expect(pool.take()).toBe(slot);
    expect(pool.inUse).toBe(2);
  });

  it('lets one holder have a fifth of what slots may take of the memory', () => {
    const { pool } = poolOf(1000);

    expect(fill(pool)).toBe(100);
  });

  it('leaves room for the next holder, however many there are', () => {
    const { pool } = poolOf(10_000);
    const holders = Array.from({ length: 20 }, () => fill(pool));

    expect(Math.min(...holders)).toBeGreaterThan(10);
    expect(pool.inUse).toBeLessThan(5000);
    expect(pool.mayHold(1)).toBe(true);
  });

  it('lets nobody hold more where recordings have taken the memory', () => {
    const { pool, memory } = poolOf(64);
    while (memory.allocate(SLOT_BYTES) >= 0);

    expect(pool.take()).toBe(-1);
    expect(pool.mayHold(1)).toBe(false);
  });
});
