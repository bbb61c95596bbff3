import type { AccessUnitFacts, AccessUnitSink } from './codec.js';

export interface KeptAccessUnit extends AccessUnitFacts {
  readonly bytes: Uint8Array;
}

/** Keeps every access unit: for tests and tools that look at a short stream as a whole. */
export class MemorySink implements AccessUnitSink {
  readonly units: KeptAccessUnit[] = [];
  damages = 0;
  drops = 0;
  private pending: number[] = [];

  get length(): number {
    return this.pending.length;
  }

  append(bytes: Uint8Array, offset: number, length: number): void {
    if (offset < 0 || length < 0 || offset + length > bytes.length) throw new RangeError('Not inside the bytes.');
    for (let index = offset; index < offset + length; index++) this.pending.push(bytes[index] ?? 0);
  }

  appendUint32(value: number): void {
    this.pending.push(0, 0, 0, 0);
    this.setUint32(this.pending.length - 4, value);
  }

  setUint32(position: number, value: number): void {
    if (position < 0 || position + 4 > this.pending.length) throw new RangeError('Not inside the access unit.');
    for (let index = 0; index < 4; index++) this.pending[position + index] = (value >>> (24 - 8 * index)) & 0xff;
  }

  finish(facts: AccessUnitFacts): void {
    this.units.push({ ...facts, bytes: Uint8Array.from(this.pending) });
    this.pending = [];
  }

  discard(): void {
    this.pending = [];
  }

  dropped(): void {
    this.drops++;
  }

  damaged(): void {
    this.damages++;
  }
}
