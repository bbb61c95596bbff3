import type { MediaMemory } from '../../media/memory.js';

/**
 * What one recording may hold of its worker's memory: a slow disk or a flood from one publisher stops that recording,
 * not the others.
 */
export class MemoryShare {
  private heldBytes = 0;

  /** @param limitBytes of all allocations together, in the sizes that were asked for */
  constructor(
    private readonly memory: MediaMemory,
    readonly limitBytes: number,
  ) {}

  get usedBytes(): number {
    return this.heldBytes;
  }

  get bytes(): Uint8Array {
    return this.memory.bytes;
  }

  get view(): DataView {
    return this.memory.view;
  }

  /** @returns offset, or -1 when the share or the worker's memory is used up */
  allocate(sizeBytes: number): number {
    if (this.heldBytes + sizeBytes > this.limitBytes) return -1;
    const offset = this.memory.allocate(sizeBytes);
    if (offset >= 0) this.heldBytes += sizeBytes;
    return offset;
  }

  release(offset: number, sizeBytes: number): void {
    this.memory.release(offset, sizeBytes);
    this.heldBytes -= sizeBytes;
  }
}
