import type { AccessUnitFacts, RecordableCodec, CodecParameters, MediaKind } from '../../media/codecs/codec.js';
import { DecodeOrder } from '../../media/timeline/decode-order.js';
import { msToTicks, ticksToMs } from '../../media/timeline/ticks.js';
import type { TrackClock } from '../../media/timeline/track-clock.js';
import { FragmentWriter, MAX_FRAGMENT_SAMPLES } from './fragment-writer.js';
import type { MemoryShare } from './memory-share.js';
import type { RecordedSegment } from './recorded-segment.js';
import type { SampleArena } from './sample-arena.js';
import { SampleQueue } from './sample-queue.js';
import { TrackLoss } from './track-loss.js';

/** What a sample is taken to last until the track has shown it. */
const FIRST_SAMPLE_MS: Readonly<Record<MediaKind, number>> = { video: 1000 / 30, audio: 20 };
const LONGEST_FRAME_MS = 1_000;

/** How a source's samples are coded and timed. */
export interface TrackSourceFormat {
  readonly codec: RecordableCodec;
  readonly clock: TrackClock;
}

export interface TrackRecordingOptions {
  readonly codec: RecordableCodec;
  readonly clock: TrackClock;
  readonly share: MemoryShare;
  readonly fragmentDurationMs: number;
  /** Memory ran out while a fragment was made. */
  exhausted(): void;
}

/**
 * One track of a recording: samples that wait for their place in time, and samples that wait for their fragment to be
 * full. `FragmentWriter` takes them from there.
 *
 * The queue holds both: the first `admitted` samples are part of the recording, the rest only waits.
 */
export class TrackRecording {
  codec: RecordableCodec;
  clock: TrackClock;
  readonly samples = new SampleQueue();
  parameters: CodecParameters | undefined;
  /** In force from the next admitted sample on. */
  nextParameters: CodecParameters | undefined;
  /** What comes is not recorded before a key frame. */
  isLeftOut = false;
  /** Media is here that waits for what is missing before it: at most as long as packets are waited for. */
  isHeldUp = false;
  readonly loss = new TrackLoss();
  /** Up to where what is missing at the end of the track has been told, recording time. */
  toldMs = -Infinity;
  private readonly order = new DecodeOrder();
  private readonly writer: FragmentWriter;
  private readonly fragmentTicks: number;
  private admittedCount = 0;
  /** The admitted samples, and the next one once it has its place. */
  private placedCount = 0;
  private newestTicks = -Infinity;
  private newestHead = 0;
  private nominalTicks: number;
  private placed = false;

  constructor(private readonly options: TrackRecordingOptions) {
    this.codec = options.codec;
    this.clock = options.clock;
    this.writer = new FragmentWriter(options.codec, options.clock.clockRate, options.share);
    this.fragmentTicks = this.ticksOf(options.fragmentDurationMs);
    this.nominalTicks = this.ticksOf(FIRST_SAMPLE_MS[this.kind]);
  }

  get kind(): MediaKind {
    return this.codec.kind;
  }

  get arena(): SampleArena {
    return this.writer.arena;
  }

  /** Samples have recording time from now on. */
  get isPlaced(): boolean {
    return this.placed;
  }

  get admitted(): number {
    return this.admittedCount;
  }

  get hasWaiting(): boolean {
    return this.admittedCount < this.samples.count;
  }

  /** Recording time of the newest admitted sample, -Infinity before the first. */
  get newestMs(): number {
    return this.msOf(this.newestTicks);
  }

  /** Where the newest sample ends, as far as can be told without the next one. */
  get endTicks(): number {
    return this.newestTicks === -Infinity ? this.writer.endTicks : this.newestTicks + this.nominalTicks;
  }

  /** What a sample is taken to last. */
  get nominalMs(): number {
    return this.msOf(this.nominalTicks);
  }

  get endMs(): number {
    return this.msOf(this.endTicks);
  }

  /** End of what was handed to the disk. */
  get writtenMs(): number {
    return this.msOf(this.writer.endTicks);
  }

  /** Nothing of the current segment exists or waits. */
  get isIdle(): boolean {
    return !this.writer.isOpen && this.admittedCount === 0;
  }

  /** Recording time of the next sample to be admitted as the clock sees it now, Infinity when none waits. */
  get waitingMs(): number {
    if (!this.hasWaiting) return Infinity;
    return this.msOf(this.clock.peek(this.samples.ticks[this.admittedCount] ?? 0));
  }

  /** When the first packet of the first sample that waits came; -Infinity when none does. */
  get firstArrivalMs(): number {
    return this.hasWaiting ? (this.samples.arrivalMs[this.admittedCount] ?? 0) : -Infinity;
  }

  /** @returns how much further RTP time has gone than the clock since the first sample that waits */
  aheadOfWaitingMs(ticks: number, arrivalMs: number): number {
    if (!this.hasWaiting) return 0;
    return this.msOf(ticks - (this.samples.ticks[this.admittedCount] ?? 0)) - (arrivalMs - this.firstArrivalMs);
  }

  /** Monotonic clock at the first sample that waits, by all that is known now. */
  get firstMonotonicMs(): number {
    return this.clock.monotonicMs(this.samples.ticks[this.admittedCount] ?? 0);
  }

  /** Monotonic clock at the end of waiting sample `index` of a track that is not placed. */
  waitingEndMonotonicMs(index: number): number {
    return this.clock.monotonicMs(this.waitingEndTicks(index));
  }

  get isNextAfterLoss(): boolean {
    return this.samples.isAfterLoss[this.admittedCount] === 1;
  }

  /** The next sample to be admitted can be decoded without those before it. */
  get isNextSync(): boolean {
    return this.samples.isSync[this.admittedCount] === 1;
  }

  /** Pictures come in another order than they are shown in. */
  get isReordered(): boolean {
    return this.reorderDepth > 0;
  }

  msOf(ticks: number): number {
    return ticksToMs(ticks, this.clock.clockRate);
  }

  ticksOf(ms: number): number {
    return msToTicks(ms, this.clock.clockRate);
  }

  /** Makes the arena's unit in progress a sample that waits. */
  push(ticks: number, facts: AccessUnitFacts, arrivalMs: number): void {
    const { isKeyframe, durationTicks } = facts;
    const { unitBytes, unitHead } = this.arena;
    this.samples.push(ticks, unitBytes, isKeyframe, durationTicks, this.loss.isOpen, arrivalMs, unitHead);
    this.arena.endUnit();
    this.loss.mended();
  }

  /**
   * Throws away what waits in a placed track and ends before `ms`, of a track that has nothing admitted.
   * @returns how many samples
   */
  dropWaitingBefore(ms: number): number {
    let count = 0;
    while (count < this.samples.count && this.msOf(this.clock.peek(this.waitingEndTicks(count))) <= ms) count += 1;
    this.dropWaiting(count);
    return count;
  }

  /** Throws away the first waiting samples of a track that has nothing admitted. */
  dropWaiting(count: number): void {
    this.arena.drop(this.samples.payloadBytes(count));
    this.samples.shift(count);
  }

  /** Throws away the newest admitted samples that are not written, those at `ticks` of recording time and later. */
  dropFrom(ticks: number): void {
    const count = this.countBefore(this.msOf(ticks - this.nominalTicks / 2));
    this.arena.dropLast(this.samples.truncate(count));
    this.admittedCount = count;
    this.placedCount = count;
    if (this.newestTicks !== -Infinity) {
      this.newestTicks = Math.max(this.samples.greatestTicks(count), this.writer.endTicks - this.nominalTicks);
    }
  }

  /** What comes next comes from another source: to be called between two segments where the parameters change. */
  useSource({ codec, clock }: TrackSourceFormat, parameters: CodecParameters): void {
    this.codec = codec;
    this.clock = clock;
    this.writer.useCodec(codec);
    this.parameters = parameters;
    this.nextParameters = undefined;
    this.isLeftOut = false;
    this.loss.mended();
  }

  /** As `TrackClock.start`. */
  place(originMs: number, misplacedMs: number): void {
    this.clock.start(originMs, misplacedMs);
    this.placed = true;
    this.toldMs = -Infinity;
  }

  /** Gives the next waiting sample its recording time. @returns it, in milliseconds */
  placeNext(): number {
    const index = this.admittedCount;
    const ticks = this.clock.place(this.samples.ticks[index] ?? 0);
    this.samples.ticks[index] = ticks;
    this.placedCount = index + 1;
    return this.msOf(ticks);
  }

  /**
   * Puts a sample that asks the decoder for concealment between the newest one and the next, both placed.
   * @returns false when no more is missing than what the newest one can last longer, or memory ran out
   */
  concealNext(): boolean {
    const index = this.admittedCount;
    const { endTicks } = this;
    const unit = this.codec.conceal?.(this.newestHead, (this.samples.ticks[index] ?? 0) - endTicks);
    if (unit === undefined || !this.arena.insert(this.samples.payloadBytes(index), unit.bytes)) return false;
    this.samples.insertConcealing(index, endTicks, unit);
    this.placedCount += 1;
    return true;
  }

  /** Recording time of the next sample, placed before. */
  get placedMs(): number {
    return this.msOf(this.samples.ticks[this.admittedCount] ?? 0);
  }

  /** The next waiting sample, placed before, becomes part of the recording. */
  admitNext(): void {
    const index = this.admittedCount;
    const ticks = this.samples.ticks[index] ?? 0;
    const told = this.samples.durationTicks[index] ?? 0;
    if (told > 0) this.nominalTicks = told;
    else if (this.newestTicks !== -Infinity) this.learnDistance(ticks - this.newestTicks);
    this.newestTicks = Math.max(this.newestTicks, ticks);
    this.newestHead = this.samples.heads[index] ?? 0;
    this.admittedCount += 1;
  }

  /** @returns least recording time from sample `index` on, Infinity when none follows */
  leastFrom(index: number): number {
    return this.samples.leastTicks(index, this.placedCount);
  }

  /** @returns how many admitted samples, in decoding order, belong before `ms`: all up to the last that is shown before */
  countBefore(ms: number): number {
    for (let index = this.admittedCount; index > 0; index--) {
      if (this.msOf(this.samples.ticks[index - 1] ?? 0) < ms) return index;
    }
    return 0;
  }

  /** A sample at `ms` does not follow the newest one closely: others should have been between. */
  misses(ms: number): boolean {
    return this.newestTicks !== -Infinity && ms - this.endMs > this.msOf(this.nominalTicks) / 2;
  }

  /** Samples of the current segment were written, or wait and belong before `ms`. */
  hasSegmentMediaBefore(ms: number): boolean {
    return this.writer.hasWrittenInSegment || this.countBefore(ms) > 0;
  }

  /** @returns how many samples can be cut off so that what is cut off ends by `limitTicks`; see DecodeOrder.findCut */
  findCut(count: number, limitTicks: number): number {
    return this.order.findCut(this.samples.ticks, count, this.reorderDepth + 1, limitTicks);
  }

  /** Every admitted sample is shown before the placed one that comes next. */
  isCleanBeforeNext(): boolean {
    return (
      this.admittedCount === 0 ||
      this.samples.greatestTicks(this.admittedCount) < (this.samples.ticks[this.admittedCount] ?? 0)
    );
  }

  /** Writes what the fragment length allows. @returns true when something was written */
  flushFull(): boolean {
    let hasWritten = false;
    while (this.admittedCount > 0) {
      const first = this.samples.leastTicks(0, this.admittedCount);
      if (this.newestTicks - first < this.fragmentTicks) break;
      const count = this.findCut(this.admittedCount, first + this.fragmentTicks);
      if (count === 0) break;
      this.write(count, this.leastFrom(count));
      hasWritten = true;
    }
    return hasWritten;
  }

  /** Writes samples from before `ms` whose length is known, when they last at least `leastMs` together. */
  flushBefore(ms: number, leastMs: number): void {
    for (;;) {
      const known = Math.min(this.countBefore(ms), this.admittedCount - 1);
      if (known <= 0) return;
      const first = this.leastFrom(0);
      if (this.msOf(this.leastFrom(known) - first) < leastMs) return;
      const fitting = this.findCut(known + 1, first + this.fragmentTicks);
      const count = fitting === 0 ? known : Math.min(known, fitting);
      this.write(count, this.leastFrom(count));
    }
  }

  /** The first `count` samples are the last of their segment. @param endTicks where they end */
  finishSegment(count: number, endTicks: number): void {
    this.flush(count, endTicks);
    this.adoptParameters();
    this.writer.leave();
  }

  /** From now on samples go to `segment`. */
  enter(segment: RecordedSegment): void {
    this.writer.enter(segment);
  }

  /** Makes the segment's file without waiting for the first fragment. */
  openPart(): void {
    this.writer.open(this.parameters);
  }

  /** Forgets the samples that are not written. */
  clear(): void {
    this.samples.shift(this.samples.count);
    this.admittedCount = 0;
    this.placedCount = 0;
    this.arena.clearSamples();
  }

  /** Ends what is being recorded of this track; what comes is to be placed anew. */
  unplace(): void {
    this.placed = false;
    this.newestTicks = -Infinity;
    this.loss.mended();
  }

  private waitingEndTicks(index: number): number {
    const told = this.samples.durationTicks[index] ?? 0;
    return (this.samples.ticks[index] ?? 0) + (told > 0 ? told : this.nominalTicks);
  }

  private adoptParameters(): void {
    this.parameters = this.nextParameters ?? this.parameters;
    this.nextParameters = undefined;
  }

  /** With B-frames the distance in decoding order says nothing. A pause is not the length of a frame. */
  private learnDistance(ticks: number): void {
    if (ticks > 0 && !this.isReordered) this.nominalTicks = Math.min(ticks, this.ticksOf(LONGEST_FRAME_MS));
  }

  private get reorderDepth(): number {
    return this.parameters?.reorderDepth ?? 0;
  }

  /** Writes the first `count` samples in fragments of the wanted length. */
  private flush(count: number, endTicks: number): void {
    let left = count;
    while (left > 0) {
      const first = this.leastFrom(0);
      const isWhole = left <= MAX_FRAGMENT_SAMPLES && endTicks - first <= this.fragmentTicks;
      const fitting = isWhole ? left : this.order.findCut(this.samples.ticks, left, 1, first + this.fragmentTicks);
      const taken = fitting === 0 ? left : fitting;
      this.write(taken, taken < left ? this.leastFrom(taken) : endTicks);
      left -= taken;
    }
  }

  private write(count: number, endTicks: number): void {
    let left = count;
    while (left > MAX_FRAGMENT_SAMPLES) {
      this.writeFragment(MAX_FRAGMENT_SAMPLES, this.leastFrom(MAX_FRAGMENT_SAMPLES));
      left -= MAX_FRAGMENT_SAMPLES;
    }
    this.writeFragment(left, endTicks);
  }

  private writeFragment(count: number, endTicks: number): void {
    const durationTicks = this.writer.write(this.samples, count, endTicks, this.parameters);
    if (durationTicks === undefined) this.options.exhausted();
    else if (this.isReordered) this.nominalTicks = Math.round(durationTicks / count);
    this.forget(count);
  }

  private forget(count: number): void {
    this.samples.shift(count);
    this.admittedCount -= count;
    this.placedCount -= count;
  }
}
