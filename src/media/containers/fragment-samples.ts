/** The samples of one fragment in decoding order, in arrays that are reused: nothing is allocated per sample. */
export class FragmentSamples {
  readonly sizeBytes: Uint32Array;
  readonly durationTicks: Uint32Array;
  /** Presentation minus decode time; negative where a picture is shown before its place in decoding order. */
  readonly compositionOffsetTicks: Int32Array;
  readonly isSync: Uint8Array;
  private sampleCount = 0;
  private totalBytes = 0;
  private totalTicks = 0;

  /** @param capacity the most samples that a fragment can hold */
  constructor(readonly capacity: number) {
    this.sizeBytes = new Uint32Array(capacity);
    this.durationTicks = new Uint32Array(capacity);
    this.compositionOffsetTicks = new Int32Array(capacity);
    this.isSync = new Uint8Array(capacity);
  }

  get count(): number {
    return this.sampleCount;
  }

  get payloadBytes(): number {
    return this.totalBytes;
  }

  get totalDurationTicks(): number {
    return this.totalTicks;
  }

  /** @returns false when the fragment is full and nothing was added */
  add(sizeBytes: number, durationTicks: number, compositionOffsetTicks: number, isSync: boolean): boolean {
    const index = this.sampleCount;
    if (index >= this.capacity) return false;
    this.sizeBytes[index] = sizeBytes;
    this.durationTicks[index] = durationTicks;
    this.compositionOffsetTicks[index] = compositionOffsetTicks;
    this.isSync[index] = isSync ? 1 : 0;
    this.sampleCount = index + 1;
    this.totalBytes += sizeBytes;
    this.totalTicks += durationTicks;
    return true;
  }

  /** Makes the last sample longer or shorter; never below a tick. There must be one. */
  stretchLast(byTicks: number): void {
    const index = this.sampleCount - 1;
    const before = this.durationTicks[index] ?? 0;
    const after = Math.max(1, before + byTicks);
    this.durationTicks[index] = after;
    this.totalTicks += after - before;
  }

  /** @returns samples `first` to before `end`, in arrays of their own */
  slice(first: number, end: number): FragmentSamples {
    const slice = new FragmentSamples(end - first);
    for (let index = first; index < end; index++) {
      const durationTicks = this.durationTicks[index] ?? 0;
      const offsetTicks = this.compositionOffsetTicks[index] ?? 0;
      slice.add(this.sizeBytes[index] ?? 0, durationTicks, offsetTicks, this.isSync[index] === 1);
    }
    return slice;
  }

  /** Empties it for the next fragment. */
  clear(): void {
    this.sampleCount = 0;
    this.totalBytes = 0;
    this.totalTicks = 0;
  }
}
