import { MediaMemory } from '../../media/memory.js';
import { MemoryShare } from './memory-share.js';
import { SampleArena } from './sample-arena.js';

const HEAD_ROOM = 1_000;

function arenaOf(limitBytes = 1 << 20): { arena: SampleArena; share: MemoryShare } {
  const share = new MemoryShare(new MediaMemory(new ArrayBuffer(1 << 21)), limitBytes);
  return { arena: new SampleArena(share, HEAD_ROOM), share };
}

function appendUnit(arena: SampleArena, ...bytes: readonly number[]): void {
  arena.append(Uint8Array.from(bytes), 0, bytes.length);
  arena.endUnit();
}

describe('SampleArena', () => {
  it('hands over whole samples and keeps the access unit in progress', () => {
    const { arena, share } = arenaOf();
    appendUnit(arena, 1, 2, 3);
    arena.append(Uint8Array.of(4, 5), 0, 2);

    const block = arena.detach(3);

    expect([...share.bytes.subarray(block?.payloadOffset, (block?.payloadOffset ?? 0) + 3)]).toEqual([1, 2, 3]);
    expect(arena.unitBytes).toBe(2);
    arena.endUnit();
    const next = arena.detach(2);
    expect([...share.bytes.subarray(next?.payloadOffset, (next?.payloadOffset ?? 0) + 2)]).toEqual([4, 5]);
    block?.release();
    next?.release();
    expect(share.usedBytes).toBe(0);
  });

  it('puts a sample between others, and keeps the access unit in progress', () => {
    const { arena, share } = arenaOf();
    appendUnit(arena, 1, 2);
    appendUnit(arena, 3);
    arena.append(Uint8Array.of(4, 5), 0, 2);

    expect(arena.insert(2, Uint8Array.of(9))).toBe(true);

    expect([arena.unitBytes, arena.unitHead]).toEqual([2, 4]);
    arena.endUnit();
    const block = arena.detach(6);
    expect([...share.bytes.subarray(block?.payloadOffset, (block?.payloadOffset ?? 0) + 6)]).toEqual([
      1, 2, 9, 3, 4, 5,
    ]);
  });

  it('puts nothing between where memory has run out', () => {
    const { arena } = arenaOf(100);

    expect(arena.insert(0, Uint8Array.of(9))).toBe(false);
    expect(arena.isExhausted).toBe(true);
  });

  it('copies from the same memory and from any other', () => {
    const { arena, share } = arenaOf();
    const slot = share.allocate(64);
    share.bytes.set([7, 8, 9], slot);
    arena.append(share.bytes, slot + 1, 2);
    arena.append(Uint8Array.of(0, 1, 2), 1, 1);
    arena.endUnit();

    const block = arena.detach(3);

    expect([...share.bytes.subarray(block?.payloadOffset, (block?.payloadOffset ?? 0) + 3)]).toEqual([8, 9, 1]);
  });

  it('writes lengths afterwards, inside the access unit only', () => {
    const { arena, share } = arenaOf();
    appendUnit(arena, 1);
    arena.appendUint32(0);
    arena.setUint32(0, 0x01020304);
    arena.endUnit();

    const block = arena.detach(5);

    expect([...share.bytes.subarray(block?.payloadOffset, (block?.payloadOffset ?? 0) + 5)]).toEqual([1, 1, 2, 3, 4]);
    expect(() => arena.setUint32(0, 1)).toThrow(RangeError);
  });

  it('grows and keeps what it holds', () => {
    const { arena, share } = arenaOf();
    const unit = Uint8Array.from({ length: 100_000 }, (_, index) => index & 255);
    for (let at = 0; at < unit.length; at += 1_000) arena.append(unit, at, 1_000);
    arena.endUnit();

    const block = arena.detach(unit.length);
    const start = block?.payloadOffset ?? 0;

    expect(Buffer.compare(share.bytes.subarray(start, start + unit.length), unit)).toBe(0);
    block?.release();
    expect(share.usedBytes).toBe(0);
  });

  it('throws a damaged access unit away', () => {
    const { arena } = arenaOf();
    appendUnit(arena, 1);
    arena.append(Uint8Array.of(2), 0, 1);
    arena.discardUnit();

    expect(arena.unitBytes).toBe(0);
    expect(arena.detach(1)?.payloadBytes).toBe(1);
  });

  it('drops samples from its front', () => {
    const { arena, share } = arenaOf();
    appendUnit(arena, 1, 2);
    appendUnit(arena, 3);
    arena.drop(2);

    const block = arena.detach(1);

    expect(share.bytes[block?.payloadOffset ?? 0]).toBe(3);
  });

  it('says when its share is used up, and takes nothing more', () => {
    const { arena } = arenaOf(1 << 16);
    arena.append(new Uint8Array(60_000), 0, 60_000);
    expect(arena.isExhausted).toBe(false);
    arena.append(new Uint8Array(60_000), 0, 60_000);

    expect(arena.isExhausted).toBe(true);
    expect(arena.detach(0)).toBeUndefined();
  });

  it('gives back what is left', () => {
    const { arena, share } = arenaOf();
    appendUnit(arena, 1);
    arena.append(Uint8Array.of(2), 0, 1);
    arena.clearSamples();
    expect(arena.unitBytes).toBe(1);
    arena.clear();

    expect(share.usedBytes).toBe(0);
  });
});
