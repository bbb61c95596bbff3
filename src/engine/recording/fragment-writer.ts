import type { RecordableCodec, CodecParameters } from '../../media/codecs/codec.js';
import { cmaf, FragmentSamples } from '../../media/containers/index.js';
import { DecodeOrder } from '../../media/timeline/decode-order.js';
import { msToTicks } from '../../media/timeline/ticks.js';
import type { MemoryShare } from './memory-share.js';
import type { RecordedSegment, SegmentPart } from './recorded-segment.js';
import { SampleArena } from './sample-arena.js';
import type { SampleQueue } from './sample-queue.js';

/** A second of the shortest Opus frames. */
export const MAX_FRAGMENT_SAMPLES = 400;

/** The writing end of a track: the segment it is in, that segment's file, and fragments into it. */
export class FragmentWriter {
  /** Coded bytes, with room for a fragment's header in front of them. */
  readonly arena: SampleArena;
  private readonly order = new DecodeOrder();
  private readonly fragment = new FragmentSamples(MAX_FRAGMENT_SAMPLES);
  private sequenceNumber = 0;
  private writtenTicks = 0;
  /** Recording time at the time 0 of the segment's session. */
  private originTicks = 0;
  private segment: RecordedSegment | undefined;
  private part: SegmentPart | undefined;
  private hasWritten = false;

  /** @param timescale of the track's recording time */
  constructor(
    private codec: RecordableCodec,
    private readonly timescale: number,
    private readonly share: MemoryShare,
  ) {
    this.arena = new SampleArena(share, cmaf.fragmentHeaderSize(codec.kind, MAX_FRAGMENT_SAMPLES));
  }

  /** End of what was handed to the disk, recording time; at least the time 0 of the session. */
  get endTicks(): number {
    return this.writtenTicks;
  }

  /** The current segment has a file of this track. */
  get isOpen(): boolean {
    return this.part !== undefined;
  }

  /** The current segment has media of this track. */
  get hasWrittenInSegment(): boolean {
    return this.hasWritten;
  }

  /** In force from the next segment on. */
  useCodec(codec: RecordableCodec): void {
    this.codec = codec;
  }

  /** From now on fragments go to `segment`. */
  enter(segment: RecordedSegment): void {
    this.segment = segment;
    this.originTicks = msToTicks(segment.originMs, this.timescale);
    this.writtenTicks = Math.max(this.writtenTicks, this.originTicks);
  }

  /**
   * Makes the segment's file without waiting for the first fragment.
   * @returns undefined when there is no segment, or nothing is known of the track
   */
  open(parameters: CodecParameters | undefined): SegmentPart | undefined {
    const { codec, timescale, segment } = this;
    if (segment === undefined || parameters === undefined) return undefined;
    this.part ??= segment.open({ codec, parameters, timescale });
    return this.part;
  }

  /** Nothing more of this track comes into the segment. */
  leave(): void {
    const { part, segment } = this;
    this.part = undefined;
    this.segment = undefined;
    this.hasWritten = false;
    segment?.trackDone(part?.close());
  }

  /**
   * One fragment, one write: the header goes into the head room in front of the payload.
   *
   * @param count of the queue's first samples, at most MAX_FRAGMENT_SAMPLES; the caller then forgets them
   * @returns how long it lasts in ticks; undefined when memory ran out
   */
  write(
    samples: SampleQueue,
    count: number,
    endTicks: number,
    parameters: CodecParameters | undefined,
  ): number | undefined {
    const { fragment, share } = this;
    const { kind } = this.codec;
    const part = this.open(parameters);
    const block = part && this.arena.detach(samples.payloadBytes(count));
    if (block === undefined) return undefined;
    const decodeTicks = this.order.fill(fragment, samples, count, this.writtenTicks, endTicks);
    const baseDecodeTicks = decodeTicks - this.originTicks;
    const start = block.payloadOffset - cmaf.fragmentHeaderSize(kind, count);
    this.sequenceNumber += 1;
    const description = { sequenceNumber: this.sequenceNumber, baseDecodeTicks, samples: fragment };
    cmaf.writeFragmentHeader(share.bytes, start, kind, description);
    part?.file.append({
      bytes: share.bytes.subarray(start, block.payloadOffset + block.payloadBytes),
      startTicks: baseDecodeTicks,
      durationTicks: fragment.totalDurationTicks,
      samples: samples.received(count),
      startsWithSync: fragment.isSync[0] === 1,
      release: () => block.release(),
    });
    this.hasWritten = true;
    this.writtenTicks = decodeTicks + fragment.totalDurationTicks;
    return fragment.totalDurationTicks;
  }
}
