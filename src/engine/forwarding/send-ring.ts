import type { MediaMemory } from '../../media/memory.js';

/** The largest packet that fits into a datagram slot, with another header and a tag. */
const SEND_PLACE_BYTES = 2304;
const RING_BYTES = 2 * 1024 * 1024;
const PLACES = Math.floor(RING_BYTES / SEND_PLACE_BYTES);

/**
 * Where packets to viewers are made, one place after another in the worker's memory: what the network does not take at once
 * stays as it is until some nine hundred more have been sent.
 */
export class SendRing {
  private start = -1;
  private index = 0;

  constructor(private readonly memory: MediaMemory) {}

  /** Takes its memory, once. @returns false where there is none left */
  prepare(): boolean {
    if (this.start < 0) this.start = this.memory.allocate(RING_BYTES);
    return this.start >= 0;
  }

  /** Bytes of a place. */
  readonly largest = SEND_PLACE_BYTES;

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.memory.bytes;
  }

  /** The place of the next packet, `largest` bytes; the same until `sent`. Only after `prepare`. */
  get place(): number {
    return this.start + this.index * SEND_PLACE_BYTES;
  }

  /** What lies there is on its way. */
  sent(): void {
    this.index = (this.index + 1) % PLACES;
  }
}
