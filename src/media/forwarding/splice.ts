import type { PacketSource } from './packet-source.js';
import { frameNumberOf } from './dependency-descriptor.js';
import { EVERY_LAYER, type LayerLimit } from './layer-filter.js';
import type { SourcePacket } from './source-packet.js';
import { Thinning } from './thinning.js';

/** Where sender reports and arrivals disagree by more about how much time has passed, the arrivals are right. */
const MOST_DISAGREEMENT_MS = 1_000;
const SHORTEST_STEP_MS = 1;

/** A payload type of the publisher, and what it is called towards a viewer. */
export interface OutgoingFormat {
  readonly sourcePayloadType: number;
  readonly payloadType: number;
  /** RFC 4588; undefined where the viewer did not take it. */
  readonly rtxPayloadType: number | undefined;
}

/**
 * A piece of one source in the stream to a viewer: which number and time its packets have there. A viewer's stream is one
 * such piece after another, each beginning where the one before ended.
 */
export class Splice {
  readonly run: number;
  /** Added to the source's extended numbers. */
  readonly sequenceOffset: number;
  /** Added to the source's timestamps, modulo 2^32. */
  readonly timestampOffset: number;
  /** Undefined until layers are left out. */
  thinning: Thinning | undefined;
  /** Added to the source's frame numbers, modulo 2^16; NaN until a packet has told one. */
  frameOffset = NaN;
  /** Of the piece's last packet in the order of sending: of the source. */
  private highest: number;
  private highestTimestamp: number;
  private highestArrivalMs: number;

  /**
   * @param first its first packet
   * @param firstSequence extended, in the viewer's stream
   * @param firstTimestamp in the viewer's stream
   */
  constructor(
    readonly source: PacketSource,
    first: SourcePacket,
    readonly firstSequence: number,
    firstTimestamp: number,
    private readonly formats: readonly OutgoingFormat[],
    limit: LayerLimit = EVERY_LAYER,
  ) {
    this.run = first.run;
    this.sequenceOffset = firstSequence - first.sequence;
    this.timestampOffset = firstTimestamp - first.timestamp;
    this.highest = first.sequence;
    this.highestTimestamp = first.timestamp;
    this.highestArrivalMs = first.arrivalMs;
    if (limit !== EVERY_LAYER) this.thinning = new Thinning(limit, first.sequence - 1);
  }

  /** From the next picture on, or where that is more, as soon as it can be begun. */
  limit(limit: LayerLimit): void {
    if (this.thinning !== undefined) this.thinning.limit(limit);
    else if (limit !== EVERY_LAYER) this.thinning = new Thinning(limit, this.highest);
  }

  /** @returns the number in the viewer's stream of a packet that comes now, extended */
  numberOf({ sequence }: SourcePacket): number {
    return sequence + this.sequenceOffset - (this.thinning?.distance ?? 0);
  }

  /** @returns the frame number in the viewer's stream of a packet with a dependency descriptor, 16 bits */
  frameNumberOf(packet: SourcePacket): number {
    return (frameNumberOf(packet) + this.frameOffset) & 0xffff;
  }

  /** @param number extended, in the viewer's stream. @returns that of the source, -1 for none that is known */
  sourceOf(number: number): number {
    const { thinning } = this;
    const sequence = number - this.sequenceOffset;
    return thinning === undefined ? sequence : thinning.sourceOf(sequence);
  }

  /** Whether a packet of its run belongs to this piece; what is older than its beginning does not. */
  has({ sequence }: SourcePacket): boolean {
    return sequence + this.sequenceOffset >= this.firstSequence;
  }

  /** @returns undefined for a payload type that the viewer did not agree to */
  formatOf(payloadType: number): OutgoingFormat | undefined {
    for (const format of this.formats) if (format.sourcePayloadType === payloadType) return format;
    return undefined;
  }

  passed({ sequence, timestamp, arrivalMs }: SourcePacket): void {
    if (sequence <= this.highest) return;
    this.highest = sequence;
    this.highestTimestamp = timestamp;
    this.highestArrivalMs = arrivalMs;
  }

  /** @returns the timestamp in the viewer's stream of the first packet of what comes next */
  timestampAfter(source: PacketSource, next: SourcePacket): number {
    const last = (this.highestTimestamp + this.timestampOffset) >>> 0;
    const elapsedMs = Math.max(SHORTEST_STEP_MS, this.elapsedMs(source, next));
    return (last + Math.round((elapsedMs * source.clockRate) / 1000)) >>> 0;
  }

  /** By the publisher's own clock where both sources have told it, else by the arrivals. */
  private elapsedMs(source: PacketSource, next: SourcePacket): number {
    const byArrival = next.arrivalMs - this.highestArrivalMs;
    if (!source.hasReport || !this.source.hasReport || this.source.run !== this.run) return byArrival;
    const byClock = source.localMs(next.timestamp) - this.source.localMs(this.highestTimestamp);
    return Math.abs(byClock - byArrival) <= MOST_DISAGREEMENT_MS ? byClock : byArrival;
  }
}
