const SMALLEST_CLASS = 6;
const LARGEST_CLASS = 30;
/** Of the block: what viewers need may be taken only while less is held, so that publishers and recordings get theirs. */
const LARGEST_SPARE_USE = 3 / 4;

/**
 * One fixed block of memory and an allocator of power-of-two sizes inside it.
 *
 * Everything that is touched per packet lives here: datagram slots, reorder rings, fragment arenas. The block never
 * grows, so its views stay valid and a file can be written straight from it. Untouched pages cost no resident memory.
 */
export class MediaMemory {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView<ArrayBuffer>;
  private top: number;
  private held: number;
  private readonly free: number[][] = Array.from({ length: LARGEST_CLASS + 1 }, () => []);

  /**
   * @param buffer the whole block, from a WebAssembly.Memory or plain
   * @param reservedBytes left alone at the start, for static data of kernels
   */
  constructor(buffer: ArrayBuffer, reservedBytes = 64) {
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
    this.top = Math.max(64, reservedBytes);
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
    const reused = this.free[sizeClass]?.pop();
    const offset = reused ?? this.top;
    if (reused === undefined) {
      if (offset + 2 ** sizeClass > this.bytes.length) return -1;
      this.top = offset + 2 ** sizeClass;
    }
    this.held += 2 ** sizeClass;
    return offset;
  }

  /** Gives an allocation back; `sizeBytes` is what `allocate` was asked for. */
  release(offset: number, sizeBytes: number): void {
    const sizeClass = classOf(sizeBytes);
    this.free[sizeClass]?.push(offset);
    this.held -= 2 ** sizeClass;
  }
}

function classOf(sizeBytes: number): number {
  if (!Number.isInteger(sizeBytes) || sizeBytes < 1 || sizeBytes > 2 ** LARGEST_CLASS) {
    throw new RangeError(`No allocation of ${String(sizeBytes)} bytes.`);
  }
  return Math.max(SMALLEST_CLASS, 32 - Math.clz32(sizeBytes - 1));
}
