import type { MemoryShare } from './memory-share.js';

/** A piece of the arena that now belongs to whoever writes it. */
export interface DetachedBlock {
  /** Where the payload starts; the head room lies in front of it. */
  readonly payloadOffset: number;
  readonly payloadBytes: number;
  release(): void;
}

/** Enough for the rest of a picture; the next block is as large as the last one had to be. */
const SMALLEST_BLOCK_BYTES = 16 * 1024;

/**
 * Coded bytes of pending samples and of the access unit in progress, one after another in the worker's memory, with head
 * room in front for a fragment's header: a fragment is one write, without a copy.
 */
export class SampleArena {
  private offset = -1;
  private capacity: number;
  private end: number;
  private unitStart: number;
  private exhausted = false;

  /** @param headRoomBytes kept free in front of the payload */
  constructor(
    private readonly share: MemoryShare,
    private readonly headRoomBytes: number,
  ) {
    this.capacity = blockSize(headRoomBytes + SMALLEST_BLOCK_BYTES);
    this.end = headRoomBytes;
    this.unitStart = headRoomBytes;
  }

  /** Bytes of the access unit in progress. */
  get unitBytes(): number {
    return this.end - this.unitStart;
  }

  /** First byte of the access unit in progress, 0 where it has none. */
  get unitHead(): number {
    return this.unitBytes > 0 ? (this.share.bytes[this.offset + this.unitStart] ?? 0) : 0;
  }

  /** Memory ran out: what was appended since is not there. */
  get isExhausted(): boolean {
    return this.exhausted;
  }

  append(bytes: Uint8Array, offset: number, length: number): void {
    if (!this.reserve(length)) return;
    const target = this.share.bytes;
    const at = this.offset + this.end;
    // Packets lie in the same memory: moved without making a view of each.
    if (bytes === target) target.copyWithin(at, offset, offset + length);
    else {
      for (let index = 0; index < length; index++) target[at + index] = bytes[offset + index] ?? 0;
    }
    this.end += length;
  }

  appendUint32(value: number): void {
    if (!this.reserve(4)) return;
    this.share.view.setUint32(this.offset + this.end, value);
    this.end += 4;
  }

  /** @param position from the start of the access unit in progress */
  setUint32(position: number, value: number): void {
    if (this.exhausted) return;
    if (position < 0 || position + 4 > this.unitBytes) throw new RangeError('Not inside the access unit.');
    this.share.view.setUint32(this.offset + this.unitStart + position, value);
  }

  /** Takes over the access unit in progress of another arena of the same memory, which has none then. */
  appendUnitOf(other: SampleArena): void {
    this.exhausted ||= other.exhausted;
    if (other.unitBytes > 0) this.append(other.share.bytes, other.offset + other.unitStart, other.unitBytes);
    other.discardUnit();
  }

  /** The access unit in progress becomes a sample. */
  endUnit(): void {
    this.unitStart = this.end;
  }

  discardUnit(): void {
    this.end = this.unitStart;
  }

  /** Puts a sample behind the first `payloadBytes` of the samples. @returns false when memory ran out */
  insert(payloadBytes: number, sample: Uint8Array): boolean {
    if (!this.reserve(sample.length)) return false;
    const { bytes } = this.share;
    const at = this.offset + this.headRoomBytes + payloadBytes;
    bytes.copyWithin(at + sample.length, at, this.offset + this.end);
    bytes.set(sample, at);
    this.end += sample.length;
    this.unitStart += sample.length;
    return true;
  }

  /** Throws the last `payloadBytes` of the samples away, and the access unit in progress. */
  dropLast(payloadBytes: number): void {
    this.unitStart -= payloadBytes;
    this.end = this.unitStart;
  }

  /** Throws the first `payloadBytes` away. */
  drop(payloadBytes: number): void {
    if (this.offset < 0) return;
    const start = this.offset + this.headRoomBytes;
    this.share.bytes.copyWithin(start, start + payloadBytes, this.offset + this.end);
    this.end -= payloadBytes;
    this.unitStart -= payloadBytes;
  }

  /**
   * Hands the first `payloadBytes` over; what follows them moves to a block of its own.
   *
   * @returns undefined when memory ran out
   */
  detach(payloadBytes: number): DetachedBlock | undefined {
    if (this.exhausted) return undefined;
    const { share, offset, capacity } = this;
    const rest = this.end - this.headRoomBytes - payloadBytes;
    const nextCapacity = blockSize(this.headRoomBytes + Math.max(SMALLEST_BLOCK_BYTES, payloadBytes + rest));
    const next = rest > 0 ? share.allocate(nextCapacity) : -1;
    if (rest > 0 && next < 0) {
      this.exhausted = true;
      return undefined;
    }
    const payloadOffset = offset + this.headRoomBytes;
    if (rest > 0) share.bytes.copyWithin(next + this.headRoomBytes, payloadOffset + payloadBytes, offset + this.end);
    this.offset = next;
    this.capacity = nextCapacity;
    this.end -= payloadBytes;
    this.unitStart -= payloadBytes;
    return { payloadOffset, payloadBytes, release: () => share.release(offset, capacity) };
  }

  /** Throws all samples away; the access unit in progress stays. */
  clearSamples(): void {
    if (this.unitBytes === 0) this.clear();
    else this.drop(this.unitStart - this.headRoomBytes);
  }

  /** Gives everything back. */
  clear(): void {
    if (this.offset >= 0) this.share.release(this.offset, this.capacity);
    this.offset = -1;
    this.end = this.headRoomBytes;
    this.unitStart = this.headRoomBytes;
  }

  private reserve(length: number): boolean {
    if (this.exhausted) return false;
    if (this.offset >= 0 && this.end + length <= this.capacity) return true;
    return this.grow(this.end + length);
  }

  private grow(neededBytes: number): boolean {
    const capacity = Math.max(this.capacity, blockSize(neededBytes));
    const offset = this.share.allocate(capacity);
    if (offset < 0) {
      this.exhausted = true;
      return false;
    }
    if (this.offset >= 0) {
      this.share.bytes.copyWithin(offset, this.offset, this.offset + this.end);
      this.share.release(this.offset, this.capacity);
    }
    this.offset = offset;
    this.capacity = capacity;
    return true;
  }
}

function blockSize(bytes: number): number {
  return 2 ** Math.ceil(Math.log2(bytes));
}
