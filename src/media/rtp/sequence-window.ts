/**
 * Which of the last `size` numbers were seen: a bit each, moving forward only. It serves as the replay list of RFC 3711
 * section 3.3.2 and tells duplicates from late packets. Asking changes nothing; only `accept` moves it.
 */
export class SequenceWindow {
  private readonly bits: Int32Array;
  private readonly mask: number;
  private newest = -Infinity;

  /** @param size a power of two from 32 up */
  constructor(private readonly size: number) {
    if (!Number.isInteger(Math.log2(size)) || size < 32) throw new RangeError(`No window of ${size} numbers.`);
    this.bits = new Int32Array(size >>> 5);
    this.mask = size - 1;
  }

  /** The highest number accepted, -Infinity before the first. */
  get highest(): number {
    return this.newest;
  }

  /** @returns true when `number` was not accepted before and is not too old to know */
  isFresh(number: number): boolean {
    if (number > this.newest) return true;
    if (number <= this.newest - this.size) return false;
    const bit = number & this.mask;
    return ((this.bits[bit >>> 5] ?? 0) & (1 << (bit & 31))) === 0;
  }

  /** Remembers a number; one that is older than the window changes nothing. */
  accept(number: number): void {
    if (number > this.newest) this.moveTo(number);
    else if (number <= this.newest - this.size) return;
    this.set(number & this.mask);
  }

  private moveTo(number: number): void {
    if (number - this.newest >= this.size) this.bits.fill(0);
    else for (let passed = this.newest + 1; passed < number; passed++) this.clear(passed & this.mask);
    this.newest = number;
  }

  private set(bit: number): void {
    this.bits[bit >>> 5] = (this.bits[bit >>> 5] ?? 0) | (1 << (bit & 31));
  }

  private clear(bit: number): void {
    this.bits[bit >>> 5] = (this.bits[bit >>> 5] ?? 0) & ~(1 << (bit & 31));
  }
}
