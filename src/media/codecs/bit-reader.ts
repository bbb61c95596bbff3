/** Reads bits, the highest of a byte first. Past the end every bit is 0 and `isOverrun` is true: callers check once, at the end. */
export class BitReader {
  protected bytes: Uint8Array = new Uint8Array(0);
  protected position = 0;
  private end = 0;
  private current = 0;
  private bitsLeft = 0;
  private overrun = false;

  get isOverrun(): boolean {
    return this.overrun;
  }

  /** Bits from the beginning of the bytes to the next one to read. */
  get bitPosition(): number {
    return this.position * 8 - this.bitsLeft;
  }

  /** Starts over at `offset`. */
  reset(bytes: Uint8Array, offset: number, length: number): this {
    this.bytes = bytes;
    this.position = offset;
    this.end = Math.min(offset + length, bytes.length);
    this.bitsLeft = 0;
    this.overrun = false;
    return this;
  }

  /** u(1) */
  bit(): number {
    if (this.bitsLeft === 0) {
      this.skipToNextByte();
      if (this.position >= this.end) {
        this.overrun = true;
        return 0;
      }
      this.current = this.bytes[this.position++] ?? 0;
      this.bitsLeft = 8;
    }
    this.bitsLeft--;
    return (this.current >> this.bitsLeft) & 1;
  }

  flag(): boolean {
    return this.bit() === 1;
  }

  /** u(n), n up to 32 where the value counts */
  bits(count: number): number {
    let value = 0;
    for (let index = 0; index < count; index++) value = value * 2 + this.bit();
    return value;
  }

  /** Exp-Golomb ue(v), ISO/IEC 14496-10 section 9.1; the uvlc() of AV1. @returns 0 to 2^32 - 2 */
  unsigned(): number {
    let zeroBits = 0;
    while (this.bit() === 0) {
      if (this.overrun || ++zeroBits > 31) {
        this.overrun = true;
        return 0;
      }
    }
    return 2 ** zeroBits - 1 + this.bits(zeroBits);
  }

  /** se(v), section 9.1.1 */
  signed(): number {
    const code = this.unsigned();
    return code % 2 === 0 ? -code / 2 : (code + 1) / 2;
  }

  /** Moves `position` over bytes that are no content. */
  protected skipToNextByte(): void {
    // Here all are.
  }
}
