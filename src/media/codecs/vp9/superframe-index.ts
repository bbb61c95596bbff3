/** As many spatial layers as RFC 9628 can number, and as many frames as an index can hold. */
export const MAX_FRAMES = 8;
const MARKER = 0xc0;
const LARGEST_INDEX_BYTES = 2 + 4 * MAX_FRAMES;

/** The frames of one picture, for the index that makes them one: VP9 bitstream specification, annex B. */
export class SuperframeIndex {
  readonly bytes = new Uint8Array(LARGEST_INDEX_BYTES);
  private readonly sizes = new Uint32Array(MAX_FRAMES);
  private frames = 0;

  get frameCount(): number {
    return this.frames;
  }

  clear(): void {
    this.frames = 0;
  }

  /** @returns false when there are too many */
  add(sizeBytes: number): boolean {
    if (this.frames >= MAX_FRAMES) return false;
    this.sizes[this.frames++] = sizeBytes;
    return true;
  }

  /** Writes the index to `bytes`. @returns its length */
  write(): number {
    let largest = 0;
    for (let frame = 0; frame < this.frames; frame++) largest = Math.max(largest, this.sizes[frame] ?? 0);
    const sizeBytes = Math.max(1, Math.ceil((32 - Math.clz32(largest)) / 8));
    const marker = MARKER | ((sizeBytes - 1) << 3) | (this.frames - 1);
    let position = 0;
    this.bytes[position++] = marker;
    for (let frame = 0; frame < this.frames; frame++) {
      const size = this.sizes[frame] ?? 0;
      for (let index = 0; index < sizeBytes; index++) this.bytes[position++] = (size >>> (8 * index)) & 0xff;
    }
    this.bytes[position++] = marker;
    return position;
  }
}
