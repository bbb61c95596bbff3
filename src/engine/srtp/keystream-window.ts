import type { MediaMemory } from '../../media/memory.js';
import { BLOCK_BYTES, MOST_BLOCKS, PACKETS_PER_FILL } from '../../media/kernels/kernel-memory.js';
import type { KeystreamMaker } from './keystream-maker.js';

const PACKETS = 2 * PACKETS_PER_FILL;
/** A packet larger than all before it is likely to be followed by one that is a little larger. */
const SPARE_BLOCKS = 2;

/**
 * Keystream of one SSRC made ahead of its packets: one call of AES for sixteen costs a quarter of sixteen calls.
 *
 * Two halves of sixteen packets each, the one of the highest authentic packet and the next. It moves forward only, and
 * only by `advance`, which authentic packets are due. Where memory is short none is made: packets then cost a call each.
 */
export class KeystreamWindow {
  /** First index whose keystream is ready, a multiple of sixteen; -1 when there is none. */
  private base = -1;
  private blocks = 0;
  private place = -1;

  constructor(
    readonly ssrc: number,
    private readonly memory: MediaMemory,
    private readonly maker: KeystreamMaker,
  ) {}

  /** @returns where the keystream of a packet lies, -1 when it was not made */
  find(index: number, blocks: number): number {
    const ahead = index - this.base;
    if (this.base < 0 || ahead < 0 || ahead >= PACKETS || blocks > this.blocks) return -1;
    return this.place + (index & (PACKETS - 1)) * this.blocks * BLOCK_BYTES;
  }

  /** An authentic packet of so many blocks had this index. */
  advance(index: number, blocks: number): void {
    const half = index - (index & (PACKETS_PER_FILL - 1));
    if (blocks > this.blocks) this.widen(blocks);
    else if (half <= this.base) return;
    if (this.place < 0) return;
    if (half !== this.base + PACKETS_PER_FILL || this.base < 0) this.fill(half);
    this.fill(half + PACKETS_PER_FILL);
    this.base = half;
  }

  close(): void {
    if (this.place >= 0) this.memory.release(this.place, this.blocks * PACKETS * BLOCK_BYTES);
    this.place = -1;
    this.base = -1;
  }

  private widen(blocks: number): void {
    this.close();
    this.blocks = Math.min(MOST_BLOCKS, blocks + SPARE_BLOCKS);
    const sizeBytes = this.blocks * PACKETS * BLOCK_BYTES;
    this.place = this.memory.canSpare(sizeBytes) ? this.memory.allocate(sizeBytes) : -1;
  }

  private fill(half: number): void {
    const place = this.place + (half & (PACKETS - 1)) * this.blocks * BLOCK_BYTES;
    this.maker.make(place, this.ssrc, half, PACKETS_PER_FILL, this.blocks);
  }
}
