import type { ConcealingUnit } from '../../media/codecs/codec.js';

const FIRST_CAPACITY = 128;

/** Facts about the pending samples of a track in decoding order, in arrays that are reused. */
export class SampleQueue {
  /** RTP ticks on the track's endless line, recording time once placed. */
  ticks = new Float64Array(FIRST_CAPACITY);
  sizeBytes = new Uint32Array(FIRST_CAPACITY);
  isSync = new Uint8Array(FIRST_CAPACITY);
  /** Length as the codec tells it, 0 where it does not. */
  durationTicks = new Uint32Array(FIRST_CAPACITY);
  /** Media before this sample was lost. */
  isAfterLoss = new Uint8Array(FIRST_CAPACITY);
  /** When the first packet of the sample came. */
  arrivalMs = new Float64Array(FIRST_CAPACITY);
  /** First byte of the sample. */
  heads = new Uint8Array(FIRST_CAPACITY);
  /** The sample was not received: it stands where one is missing. */
  isConcealing = new Uint8Array(FIRST_CAPACITY);
  private length = 0;

  get count(): number {
    return this.length;
  }

  push(
    ticks: number,
    sizeBytes: number,
    isSync: boolean,
    durationTicks: number,
    isAfterLoss: boolean,
    arrivalMs: number,
    head: number,
  ): void {
    if (this.length === this.ticks.length) this.grow();
    this.ticks[this.length] = ticks;
    this.sizeBytes[this.length] = sizeBytes;
    this.isSync[this.length] = isSync ? 1 : 0;
    this.durationTicks[this.length] = durationTicks;
    this.isAfterLoss[this.length] = isAfterLoss ? 1 : 0;
    this.arrivalMs[this.length] = arrivalMs;
    this.heads[this.length] = head;
    this.isConcealing[this.length] = 0;
    this.length += 1;
  }

  /** Puts a sample that was not received before sample `index`, which has come by now. */
  insertConcealing(index: number, ticks: number, { bytes, durationTicks }: ConcealingUnit): void {
    if (this.length === this.ticks.length) this.grow();
    for (const column of this.columns()) column.copyWithin(index + 1, index, this.length);
    this.ticks[index] = ticks;
    this.sizeBytes[index] = bytes.length;
    this.isSync[index] = 1;
    this.durationTicks[index] = durationTicks;
    this.isAfterLoss[index] = 0;
    this.heads[index] = bytes[0] ?? 0;
    this.isConcealing[index] = 1;
    this.length += 1;
  }

  /** @returns how many of the first `count` samples were received */
  received(count: number): number {
    let received = count;
    for (let index = 0; index < count; index++) received -= this.isConcealing[index] ?? 0;
    return received;
  }

  /** @returns bytes of the first `count` samples */
  payloadBytes(count: number): number {
    let sum = 0;
    for (let index = 0; index < count; index++) sum += this.sizeBytes[index] ?? 0;
    return sum;
  }

  /** @returns the least time of the samples from `from` to before `to`, Infinity for none */
  leastTicks(from: number, to: number): number {
    let least = Infinity;
    for (let index = from; index < to; index++) least = Math.min(least, this.ticks[index] ?? 0);
    return least;
  }

  /** @returns the greatest time of the first `count` samples, -Infinity for none */
  greatestTicks(count: number): number {
    let greatest = -Infinity;
    for (let index = 0; index < count; index++) greatest = Math.max(greatest, this.ticks[index] ?? 0);
    return greatest;
  }

  /** Forgets all but the first `count` samples. @returns their bytes */
  truncate(count: number): number {
    const before = this.payloadBytes(this.length);
    this.length = count;
    return before - this.payloadBytes(count);
  }

  /** Forgets the first `count` samples. */
  shift(count: number): void {
    for (const column of this.columns()) column.copyWithin(0, count, this.length);
    this.length -= count;
  }

  private columns(): readonly (Float64Array | Uint32Array | Uint8Array)[] {
    const { ticks, sizeBytes, isSync, durationTicks, isAfterLoss, arrivalMs, heads, isConcealing } = this;
    return [ticks, sizeBytes, isSync, durationTicks, isAfterLoss, arrivalMs, heads, isConcealing];
  }

  private grow(): void {
    const capacity = this.ticks.length * 2;
    this.ticks = copyInto(new Float64Array(capacity), this.ticks);
    this.sizeBytes = copyInto(new Uint32Array(capacity), this.sizeBytes);
    this.isSync = copyInto(new Uint8Array(capacity), this.isSync);
    this.durationTicks = copyInto(new Uint32Array(capacity), this.durationTicks);
    this.isAfterLoss = copyInto(new Uint8Array(capacity), this.isAfterLoss);
    this.arrivalMs = copyInto(new Float64Array(capacity), this.arrivalMs);
    this.heads = copyInto(new Uint8Array(capacity), this.heads);
    this.isConcealing = copyInto(new Uint8Array(capacity), this.isConcealing);
  }
}

function copyInto<Column extends { set(from: Column): void }>(to: Column, from: Column): Column {
  to.set(from);
  return to;
}
