const HEADER_BYTES = 8;
/** No box of ours beside `mdat` is larger. */
const MOST_BOX_BYTES = 1 << 20;
/** The headers of an hour at a fragment a second. */
const MOST_KEPT_BYTES = 1 << 25;
const NOTHING = new Uint8Array(0);

/**
 * The boxes of a segment file as its bytes stream by: all of them whole but `mdat`, of which the header is kept. What
 * follows something that is no box, or is too large to be ours, is not kept.
 */
export class BoxHeads {
  private readonly kept = new Map<number, Uint8Array>();
  private keptBytes = 0;
  private boxStart = 0;
  private parts: Uint8Array[] = [];
  private partBytes = 0;
  private wantedBytes = HEADER_BYTES;
  private skipBytes = 0;

  push(chunk: Uint8Array): void {
    for (let rest = chunk; rest.length > 0;) {
      if (this.skipBytes > 0) {
        const skipped = Math.min(this.skipBytes, rest.length);
        this.skipBytes -= skipped;
        rest = rest.subarray(skipped);
        continue;
      }
      const taken = rest.subarray(0, this.wantedBytes - this.partBytes);
      this.parts.push(taken);
      this.partBytes += taken.length;
      rest = rest.subarray(taken.length);
      if (this.partBytes === this.wantedBytes) this.take();
    }
  }

  /** @returns up to `length` bytes of what is kept from `offset` on, which must be where a box starts */
  read(offset: number, length: number): Uint8Array {
    return this.kept.get(offset)?.subarray(0, length) ?? NOTHING;
  }

  private take(): void {
    const bytes = Buffer.concat(this.parts);
    const sizeBytes = bytes.readUInt32BE(0);
    this.parts = [bytes];
    if (bytes.length === sizeBytes) this.keep(bytes, sizeBytes);
    else if (bytes.toString('latin1', 4, 8) === 'mdat' && sizeBytes > HEADER_BYTES) this.keep(bytes, sizeBytes);
    else if (sizeBytes < HEADER_BYTES || sizeBytes > MOST_BOX_BYTES) this.skipBytes = Infinity;
    else this.wantedBytes = sizeBytes;
  }

  private keep(bytes: Uint8Array, sizeBytes: number): void {
    this.keptBytes += bytes.length;
    if (this.keptBytes > MOST_KEPT_BYTES) {
      this.skipBytes = Infinity;
      return;
    }
    this.kept.set(this.boxStart, bytes);
    this.skipBytes = sizeBytes - bytes.length;
    this.boxStart += sizeBytes;
    this.parts = [];
    this.partBytes = 0;
    this.wantedBytes = HEADER_BYTES;
  }
}
