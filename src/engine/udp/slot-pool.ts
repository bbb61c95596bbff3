import type { MediaMemory } from '../../media/memory.js';

/** Room for one datagram. Larger ones are dropped: nothing in WebRTC exceeds an Ethernet frame. */
export const SLOT_BYTES = 2048;
/** Of the worker's memory; the rest is for what is recorded. */
const LARGEST_SHARE = 1 / 2;
/** Of the slots that are left, one holder may have so many: small ones always find room, however many large ones there are. */
const SHARE_OF_ROOM = 1 / 4;

/** Datagram slots of one worker, as offsets into its memory. A slot that was given back is the next to be handed out: it is warm. */
export class SlotPool {
  private readonly free: number[] = [];
  private handedOut = 0;

  private readonly most: number;

  constructor(private readonly memory: MediaMemory) {
    this.most = Math.floor((memory.bytes.length * LARGEST_SHARE) / SLOT_BYTES);
  }

  /** Slots that someone holds. */
  get inUse(): number {
    return this.handedOut;
  }

  /** @returns the offset of `SLOT_BYTES` bytes, -1 when the worker's memory is exhausted */
  take(): number {
    const slot = this.free.pop() ?? this.memory.allocate(SLOT_BYTES);
    if (slot >= 0) this.handedOut += 1;
    return slot;
  }

  /** Takes a slot back. An own method bound once: the receive streams call it without a receiver. */
  readonly release = (slot: number): void => {
    this.handedOut -= 1;
    this.free.push(slot);
  };

  /**
   * Whether someone may keep `count` slots while others come and go. An own method as `release` is.
   * @returns false when that is more than a quarter of what is left for all
   */
  readonly mayHold = (count: number): boolean => {
    const untouched = Math.floor((this.memory.bytes.length - this.memory.usedBytes) / SLOT_BYTES);
    return count <= Math.min(this.most - this.handedOut, this.free.length + untouched) * SHARE_OF_ROOM;
  };
}
