const SMALLEST_CLASS = 6;
const LARGEST_CLASS = 30;
/** Of the block: what viewers need may be taken only while less is held, so that publishers and recordings get theirs. */
const LARGEST_SPARE_USE = 3 / 4;

/**
 * One fixed block of memory and an allocator of power-of-two sizes inside it (a buddy system: free neighbours become one
 * again, so that what small arenas have touched on their way to a large one is used for large ones).
 *
 * Everything that is touched per packet lives here: datagram slots, reorder rings, fragment arenas. The block never
 * grows, so its views stay valid and a file can be written straight from it. Untouched pages cost no resident memory.
 */
export class MediaMemory {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView<ArrayBuffer>;
  private top: number;
  private held: number;
  /** Offsets of free blocks of each size. */
  private readonly free = Array.from({ length: LARGEST_CLASS + 1 }, () => new Set<number>());

  /**
   * @param buffer the whole block, from a WebAssembly.Memory or plain
   * @param reservedBytes left alone at the start, for static data of kernels
   */
  constructor(buffer: ArrayBuffer, reservedBytes = 64) {
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
    this.top = Math.ceil(Math.max(1, reservedBytes) / 2 ** SMALLEST_CLASS) * 2 ** SMALLEST_CLASS;
    this.held = this.top;
  }

  /** Bytes that were handed out at least once: the block's high-water mark. */
  get usedBytes(): number {
    return this.top;
  }

  /** @returns whether `sizeBytes` more may be held by what can do without them: a quarter of the block stays free */
  canSpare(sizeBytes: number): boolean {
    return this.held + sizeBytes <= this.bytes.length * LARGEST_SPARE_USE;
  }

  /** @returns the offset of at least `sizeBytes` bytes, aligned to 64, with undefined content; -1 when the block is exhausted */
  allocate(sizeBytes: number): number {
    const sizeClass = classOf(sizeBytes);
    const reused = this.takeFree(sizeClass);
    const offset = reused < 0 ? this.extend(sizeClass) : reused;
    if (offset >= 0) this.held += 2 ** sizeClass;
    return offset;
  }

  /** Gives an allocation back; `sizeBytes` is what `allocate` was asked for. */
  release(offset: number, sizeBytes: number): void {
    let sizeClass = classOf(sizeBytes);
    this.held -= 2 ** sizeClass;
    let start = offset;
    // Halves that are both free become whole again. No bits: the block may be of 4 GiB.
    for (; sizeClass < LARGEST_CLASS; sizeClass++) {
      const size = 2 ** sizeClass;
      const isUpper = (start / size) % 2 === 1;
      if (!this.free[sizeClass]?.delete(isUpper ? start - size : start + size)) break;
      if (isUpper) start -= size;
    }
    this.free[sizeClass]?.add(start);
  }

  /** The smallest that will do, at the lowest address, so that what was written once is written again; -1 when there is none. */
  private takeFree(sizeClass: number): number {
    let from = sizeClass;
    while (from <= LARGEST_CLASS && this.free[from]?.size === 0) from++;
    const offsets = this.free[from];
    if (offsets === undefined) return -1;
    let lowest = Infinity;
    for (const offset of offsets) if (offset < lowest) lowest = offset;
    offsets.delete(lowest);
    while (from > sizeClass) this.free[--from]?.add(lowest + 2 ** from);
    return lowest;
  }

  /** From what was never handed out; blocks lie at multiples of their size, and what lies between is free. */
  private extend(sizeClass: number): number {
    const offset = Math.ceil(this.top / 2 ** sizeClass) * 2 ** sizeClass;
    if (offset + 2 ** sizeClass > this.bytes.length) return -1;
    for (let gap = SMALLEST_CLASS; this.top < offset; gap++) {
      if ((this.top / 2 ** gap) % 2 === 0) continue;
      this.free[gap]?.add(this.top);
      this.top += 2 ** gap;
    }
    this.top = offset + 2 ** sizeClass;
    return offset;
  }
}

function classOf(sizeBytes: number): number {
  if (!Number.isInteger(sizeBytes) || sizeBytes < 1 || sizeBytes > 2 ** LARGEST_CLASS) {
    throw new RangeError(`No allocation of ${String(sizeBytes)} bytes.`);
  }
  return Math.max(SMALLEST_CLASS, 32 - Math.clz32(sizeBytes - 1));
}
