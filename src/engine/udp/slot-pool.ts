import type { MediaMemory } from '../../media/memory.js';

/** Room for one datagram. Larger ones are dropped: nothing in WebRTC exceeds an Ethernet frame. */
export const SLOT_BYTES = 2048;

/** Datagram slots of one worker, as offsets into its memory. A slot that was given back is the next to be handed out: it is warm. */
export class SlotPool {
  private readonly free: number[] = [];
  private handedOut = 0;

  constructor(private readonly memory: MediaMemory) {}

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
}
