import { readUint16, writeUint32 } from '../../bytes.js';

/** Reads NAL units that lie behind their lengths in 16 bits, and keeps them behind lengths in 32. */
export class UnitReader {
  private readonly units: Uint8Array[] = [];

  constructor(
    private readonly bytes: Uint8Array,
    private offset: number,
  ) {}

  /** @returns 0 where the bytes end */
  skipByte(): number {
    return this.bytes[this.offset++] ?? 0;
  }

  /** Up to `count` units; one that is not all there ends it. */
  copy(count: number): void {
    for (let left = count; left > 0; left--) {
      const length = readUint16(this.bytes, this.offset);
      const end = this.offset + 2 + length;
      if (length === 0 || end > this.bytes.length) return;
      const unit = new Uint8Array(4 + length);
      writeUint32(unit, 0, length);
      unit.set(this.bytes.subarray(this.offset + 2, end), 4);
      this.units.push(unit);
      this.offset = end;
    }
  }

  /** @returns all of them, one behind the other */
  copied(): Uint8Array {
    return Uint8Array.from(this.units.flatMap((unit) => [...unit]));
  }
}
