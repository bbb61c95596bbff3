import type { MediaMemory } from '../memory.js';
import { NO_SLOT, type PacketPayload } from './packet-payload.js';

/** Powers of two. The larger one holds 2 s of 20 Mbit/s in packets of 700 bytes. */
const FIRST_ENTRIES = 256;
export const MOST_ENTRIES = 8192;

const ENTRY_INTS = 4;
const ENTRY_BYTES = ENTRY_INTS * 4 + 2 * 8;

/** Where an entry's four integers lie. A missing packet has no slot; its requests stand where the rest would be. */
const SLOT = 0;
const PAYLOAD_OFFSET = 1;
const LENGTH_FORMAT_FLAGS = 2;
const TIMESTAMP = 3;
const REQUESTS = PAYLOAD_OFFSET;
/** Milliseconds in 32 bits. */
const REQUESTED = TIMESTAMP;

const MARKER = 1;
const REPAIRED = 2;
const PAYLOAD_TYPE_SHIFT = 2;
const PAYLOAD_TYPE_MASK = 0x7f;
const LENGTH_SHIFT = 9;

/**
 * Entries of the packets that came early and of those that are missed, by extended sequence number. All of it is typed
 * arrays inside the media memory: no object per packet. An entry means something only after `hold` or `expect`.
 *
 * It begins small and grows to what a stream needs: sound of 50 packets per second never needs more than a page or two.
 */
export class ReorderRing {
  private offset = -1;
  private entries = 0;
  private mask = 0;
  private integers = new Int32Array(0);
  /** Held: arrival. Missing: when that was noticed. */
  private times = new Float64Array(0);
  /** Missing: when to ask for it (again). */
  private requestTimes = new Float64Array(0);

  constructor(private readonly memory: MediaMemory) {
    this.allot(FIRST_ENTRIES);
  }

  /** How many numbers may lie between the first and the last entry at present, both included. */
  get capacity(): number {
    return this.entries;
  }

  /** The ring is not to be used afterwards. */
  release(): void {
    if (this.offset >= 0) this.memory.release(this.offset, this.entries * ENTRY_BYTES);
  }

  /**
   * Makes room, up to `MOST_ENTRIES`.
   *
   * @param count of consecutive numbers
   * @param from first valid entry
   * @param to exclusive
   */
  reserve(count: number, from: number, to: number): void {
    if (count <= this.entries || this.entries >= MOST_ENTRIES) return;
    const { offset, entries, mask, integers, times, requestTimes } = this;
    let wanted = entries;
    while (wanted < count && wanted < MOST_ENTRIES) wanted *= 2;
    this.allot(wanted);
    for (let number = from; number < to; number++) {
      const old = number & mask;
      const at = number & this.mask;
      this.integers.set(integers.subarray(old * ENTRY_INTS, (old + 1) * ENTRY_INTS), at * ENTRY_INTS);
      this.times[at] = times[old] ?? 0;
      this.requestTimes[at] = requestTimes[old] ?? 0;
    }
    if (offset >= 0) this.memory.release(offset, entries * ENTRY_BYTES);
  }

  /** A packet came early: its slot stays in use until it is delivered. */
  hold(number: number, slot: number, payload: PacketPayload): void {
    const at = (number & this.mask) * ENTRY_INTS;
    this.integers[at + SLOT] = slot;
    this.integers[at + PAYLOAD_OFFSET] = payload.offset;
    this.integers[at + LENGTH_FORMAT_FLAGS] =
      (payload.length << LENGTH_SHIFT) |
      (payload.payloadType << PAYLOAD_TYPE_SHIFT) |
      (payload.marker ? MARKER : 0) |
      (payload.isRepaired ? REPAIRED : 0);
    this.integers[at + TIMESTAMP] = payload.timestamp;
    this.times[number & this.mask] = payload.arrivalMs;
  }

  /** A packet is missed since `noticedMs` and may be asked for from `requestMs` on. */
  expect(number: number, noticedMs: number, requestMs: number): void {
    const at = (number & this.mask) * ENTRY_INTS;
    this.integers[at + SLOT] = NO_SLOT;
    this.integers[at + REQUESTS] = 0;
    this.times[number & this.mask] = noticedMs;
    this.requestTimes[number & this.mask] = requestMs;
  }

  holds(number: number): boolean {
    return this.slotOf(number) !== NO_SLOT;
  }

  /** @returns the slot of a held packet, -1 for a missing one */
  slotOf(number: number): number {
    return this.integers[(number & this.mask) * ENTRY_INTS + SLOT] ?? NO_SLOT;
  }

  /** Copies a held packet's facts. */
  load(number: number, payload: PacketPayload): void {
    const at = (number & this.mask) * ENTRY_INTS;
    const packed = this.integers[at + LENGTH_FORMAT_FLAGS] ?? 0;
    payload.set(
      this.integers[at + PAYLOAD_OFFSET] ?? 0,
      packed >>> LENGTH_SHIFT,
      (this.integers[at + TIMESTAMP] ?? 0) >>> 0,
      (packed & MARKER) !== 0,
      (packed >>> PAYLOAD_TYPE_SHIFT) & PAYLOAD_TYPE_MASK,
      this.times[number & this.mask] ?? 0,
      (packed & REPAIRED) !== 0,
    );
  }

  noticedMs(number: number): number {
    return this.times[number & this.mask] ?? 0;
  }

  requestMs(number: number): number {
    return this.requestTimes[number & this.mask] ?? 0;
  }

  /** @returns how often a missing packet was asked for */
  requests(number: number): number {
    return this.integers[(number & this.mask) * ENTRY_INTS + REQUESTS] ?? 0;
  }

  /** @returns how long ago a missing packet was asked for last */
  requestedAgoMs(number: number, nowMs: number): number {
    return (Math.trunc(nowMs) - (this.integers[(number & this.mask) * ENTRY_INTS + REQUESTED] ?? 0)) | 0;
  }

  /** A missing packet was asked for. */
  requested(number: number, nowMs: number, nextRequestMs: number): void {
    const at = (number & this.mask) * ENTRY_INTS;
    this.integers[at + REQUESTS] = (this.integers[at + REQUESTS] ?? 0) + 1;
    this.integers[at + REQUESTED] = Math.trunc(nowMs);
    this.requestTimes[number & this.mask] = nextRequestMs;
  }

  /** In an exhausted memory the ring lies on the heap: a gap must not fail in the middle of a packet. */
  private allot(entries: number): void {
    const bytes = entries * ENTRY_BYTES;
    this.offset = this.memory.allocate(bytes);
    const buffer = this.offset < 0 ? new ArrayBuffer(bytes) : this.memory.bytes.buffer;
    const start = Math.max(0, this.offset);
    const timesStart = start + entries * ENTRY_INTS * 4;
    this.entries = entries;
    this.mask = entries - 1;
    this.integers = new Int32Array(buffer, start, entries * ENTRY_INTS);
    this.times = new Float64Array(buffer, timesStart, entries);
    this.requestTimes = new Float64Array(buffer, timesStart + entries * 8, entries);
  }
}
