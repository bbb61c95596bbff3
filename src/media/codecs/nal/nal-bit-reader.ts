import { BitReader } from '../bit-reader.js';

/** Reads the bits of a NAL unit, leaving out emulation prevention bytes (ISO/IEC 14496-10 section 7.3.1). */
export class NalBitReader extends BitReader {
  private start = 0;

  /** Starts over at `offset`, behind the NAL unit header. */
  override reset(bytes: Uint8Array, offset: number, length: number): this {
    this.start = offset;
    return super.reset(bytes, offset, length);
  }

  protected override skipToNextByte(): void {
    const { bytes, position } = this;
    if (bytes[position] !== 3 || position - this.start < 2) return;
    if (bytes[position - 1] === 0 && bytes[position - 2] === 0) this.position++;
  }
}
