import type { MediaMemory } from '../memory.js';
import { NO_SLOT, type PacketPayload } from './packet-payload.js';

/** A power of two. */
export const RING_ENTRIES = 512;

const MASK = RING_ENTRIES - 1;
const ENTRY_INTS = 4;
const INTS_BYTES = RING_ENTRIES * ENTRY_INTS * 4;
const TIMES_BYTES = RING_ENTRIES * 8;
const RING_BYTES = INTS_BYTES + 2 * TIMES_BYTES;

/** Where an entry's four integers lie. A missing packet has no slot and counts its requests where the offset would be. */
const SLOT = 0;
const PAYLOAD_OFFSET = 1;
const LENGTH_AND_MARKER = 2;
const TIMESTAMP = 3;
const REQUESTS = PAYLOAD_OFFSET;

/**
 * Entries of the packets that came early and of those that are missed, by extended sequence number. All of it is typed
 * arrays inside the media memory: no object per packet. An entry means something only after `hold` or `expect`.
 */
export class ReorderRing {
  private readonly offset: number;
  private readonly integers: Int32Array;
  /** Held: arrival. Missing: when that was noticed. */
  private readonly times: Float64Array;
  /** Missing: when to ask for it (again). */
  private readonly requestTimes: Float64Array;

  /** In an exhausted memory the ring lies on the heap: a gap must not fail in the middle of a packet. */
  constructor(private readonly memory: MediaMemory) {
    this.offset = memory.allocate(RING_BYTES);
    const buffer = this.offset < 0 ? new ArrayBuffer(RING_BYTES) : memory.bytes.buffer;
    const start = Math.max(0, this.offset);
    this.integers = new Int32Array(buffer, start, RING_ENTRIES * ENTRY_INTS);
    this.times = new Float64Array(buffer, start + INTS_BYTES, RING_ENTRIES);
    this.requestTimes = new Float64Array(buffer, start + INTS_BYTES + TIMES_BYTES, RING_ENTRIES);
  }

  /** The ring is not to be used afterwards. */
  release(): void {
    if (this.offset >= 0) this.memory.release(this.offset, RING_BYTES);
  }

  /** A packet came early: its slot stays in use until it is delivered. */
  hold(number: number, slot: number, payload: PacketPayload): void {
    const at = (number & MASK) * ENTRY_INTS;
    this.integers[at + SLOT] = slot;
    this.integers[at + PAYLOAD_OFFSET] = payload.offset;
    this.integers[at + LENGTH_AND_MARKER] = (payload.length << 1) | (payload.marker ? 1 : 0);
    this.integers[at + TIMESTAMP] = payload.timestamp;
    this.times[number & MASK] = payload.arrivalMs;
  }

  /** A packet is missed since `noticedMs` and may be asked for from `requestMs` on. */
  expect(number: number, noticedMs: number, requestMs: number): void {
    const at = (number & MASK) * ENTRY_INTS;
    this.integers[at + SLOT] = NO_SLOT;
    this.integers[at + REQUESTS] = 0;
    this.times[number & MASK] = noticedMs;
    this.requestTimes[number & MASK] = requestMs;
  }

  holds(number: number): boolean {
    return this.slotOf(number) !== NO_SLOT;
  }

  /** @returns the slot of a held packet, -1 for a missing one */
  slotOf(number: number): number {
    return this.integers[(number & MASK) * ENTRY_INTS + SLOT] ?? NO_SLOT;
  }

  /** Copies a held packet's facts. */
  load(number: number, payload: PacketPayload): void {
    const at = (number & MASK) * ENTRY_INTS;
    const lengthAndMarker = this.integers[at + LENGTH_AND_MARKER] ?? 0;
    payload.set(
      this.integers[at + PAYLOAD_OFFSET] ?? 0,
      lengthAndMarker >>> 1,
      (this.integers[at + TIMESTAMP] ?? 0) >>> 0,
      (lengthAndMarker & 1) !== 0,
      this.times[number & MASK] ?? 0,
    );
  }

  noticedMs(number: number): number {
    return this.times[number & MASK] ?? 0;
  }

  requestMs(number: number): number {
    return this.requestTimes[number & MASK] ?? 0;
  }

  /** @returns how often a missing packet was asked for */
  requests(number: number): number {
    return this.integers[(number & MASK) * ENTRY_INTS + REQUESTS] ?? 0;
  }

  /** A missing packet was asked for. */
  requested(number: number, nextRequestMs: number): void {
    const at = (number & MASK) * ENTRY_INTS + REQUESTS;
    this.integers[at] = (this.integers[at] ?? 0) + 1;
    this.requestTimes[number & MASK] = nextRequestMs;
  }
}
