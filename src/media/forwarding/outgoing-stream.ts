import type { MediaKind } from '../codecs/codec.js';
import { writeUint16 } from '../bytes.js';
import type { OutgoingReport } from '../rtcp/encode-sender.js';
import { extendSequence } from '../rtp/sequence.js';
import { frameNumberOf, writeDescriptor, writtenLength } from './dependency-descriptor.js';
import { OutgoingHeader, type OutgoingExtensions } from './outgoing-header.js';
import { EVERY_LAYER, type LayerLimit } from './layer-filter.js';
import type { PacketSource } from './packet-source.js';
import { ResendBudget } from './resend-budget.js';
import type { SentPackets } from './sent-packets.js';
import { SourcePacket } from './source-packet.js';
import { Splice, type OutgoingFormat } from './splice.js';

/** Pieces of the stream that are remembered: what was sent just before a change of source may still be asked for. */
const MOST_SPLICES = 4;
/** RFC 4588 section 4: the number that the packet had. */
const ORIGINAL_SEQUENCE_BYTES = 2;
const MARKER = 0x80;
const HAS_PADDING = 0x20;
/** Far enough from both ends that neither the first packets nor SRTP's rollover counter meet a wrap (RFC 3711 section 3.3.1). */
const FIRST_SEQUENCE_MASK = 0x3fff;
const FIRST_SEQUENCE_BASE = 0x1000;
/** Delimiters, messages and the like, each in a packet of its own, that stand in front of a key frame's parameter sets. */
const MOST_LEADING = 8;
const NO_FRAME = -1;
/** Of packets that the viewer could not get: numbers that are further apart could be taken for others by SRTP. */
const LONGEST_GAP = 0x4000;

export interface OutgoingStreamOptions {
  readonly kind: MediaKind;
  readonly ssrc: number;
  /** Undefined where no retransmission format was agreed on: packets are then sent again as they were. */
  readonly rtxSsrc: number | undefined;
  readonly extensions: OutgoingExtensions;
  /** Numbers the packets of the whole session; undefined without transport-wide feedback. */
  readonly sentPackets: SentPackets | undefined;
  /** Random, 0 to 2^32 - 1 each. */
  readonly firstSequence: number;
  readonly firstTimestamp: number;
  readonly firstRtxSequence: number;
}

/**
 * What one viewer gets of one track: packets of a source under our SSRC, in one row of sequence numbers and one line of
 * time, whatever becomes of the source.
 *
 * A change of source (another simulcast layer, a publisher that came back, another SSRC) happens at a key frame of the
 * new one, with all of its access unit; until then the old one goes on. Numbers go on without a hole, times by what has elapsed. Packets that overtook
 * each other keep the order of their numbers, and what the publisher's network lost stays a hole.
 *
 * Sequence numbers are sent twice only with the same bytes, or SRTP would give its keys away: packets that have a
 * transport-wide number are sent again by RTX only, and without RTX they have none.
 *
 * Runs per packet and viewer: bytes are copied once, nothing is allocated.
 */
export class OutgoingStream {
  readonly ssrc: number;
  /** Sent for the first time, and again. */
  packetsSent = 0;
  packetsResent = 0;
  /** Payloads that were sent for the first time. */
  octetsSent = 0;
  private readonly kind: MediaKind;
  private readonly rtxSsrc: number | undefined;
  private readonly header: OutgoingHeader;
  private readonly rtxHeader: OutgoingHeader | undefined;
  private readonly hasCaptureTime: boolean;
  private readonly hasDescriptor: boolean;
  private readonly sentPackets: SentPackets | undefined;
  private readonly firstTimestamp: number;
  private readonly splices: Splice[] = [];
  private readonly resends = new ResendBudget();
  private formats: readonly OutgoingFormat[] = [];
  private chosen: PacketSource | undefined;
  private layerLimit = EVERY_LAYER;
  /** False until the first packet, and while nothing is chosen: the next packet begins a piece. */
  private isFlowing = false;
  /** Extended. */
  private highest: number;
  /** Of the dependency descriptors, extended: who knows a newer frame leaves out what comes under an older number. */
  private highestFrame = NO_FRAME;
  private rtxSequence: number;
  /** What was read back from the history. */
  private readonly earlier: SourcePacket;

  constructor(options: OutgoingStreamOptions, memoryBytes: Uint8Array) {
    const { ssrc, rtxSsrc, extensions, sentPackets } = options;
    const hasNumbers = sentPackets !== undefined && rtxSsrc !== undefined;
    this.kind = options.kind;
    this.ssrc = ssrc;
    this.rtxSsrc = rtxSsrc;
    this.header = new OutgoingHeader(extensions, ssrc, hasNumbers);
    this.rtxHeader = rtxSsrc === undefined ? undefined : new OutgoingHeader(extensions, rtxSsrc, hasNumbers);
    this.hasCaptureTime = extensions.absoluteCaptureTime !== undefined;
    this.hasDescriptor = extensions.dependencyDescriptor !== undefined;
    this.sentPackets = hasNumbers && extensions.transportSequenceNumber !== undefined ? sentPackets : undefined;
    this.highest = FIRST_SEQUENCE_BASE + (options.firstSequence & FIRST_SEQUENCE_MASK) - 1;
    this.rtxSequence = FIRST_SEQUENCE_BASE + (options.firstRtxSequence & FIRST_SEQUENCE_MASK);
    this.firstTimestamp = options.firstTimestamp >>> 0;
    this.earlier = new SourcePacket(memoryBytes);
  }

  /**
   * From its next key frame on, sound at once, packets are those of `source`; undefined ends the stream until another is
   * chosen, which then begins with a key frame in any case.
   *
   * @param formats of that source; a packet of another one is not sent
   */
  choose(source: PacketSource | undefined, formats: readonly OutgoingFormat[]): void {
    this.chosen = source;
    this.formats = formats;
    if (source === undefined) this.isFlowing = false;
  }

  /** Of the chosen source no higher layers (SVC) are sent. @param limit `EVERY_LAYER` for all there are */
  limit(limit: LayerLimit): void {
    if (limit === this.layerLimit) return;
    this.layerLimit = limit;
    if (this.current === this.chosen) this.splices[0]?.limit(limit);
  }

  /** The source that is sent at present. */
  get current(): PacketSource | undefined {
    return this.isFlowing ? this.splices[0]?.source : undefined;
  }

  /** The source whose key frame the viewer waits for: the publisher is to be asked for one. */
  get awaited(): PacketSource | undefined {
    const { kind, chosen } = this;
    const isThere = chosen === this.current && chosen?.run === this.splices[0]?.run;
    const isEnough = isThere && this.splices[0]?.thinning?.needsKeyframe !== true;
    return kind === 'audio' || isEnough ? undefined : chosen;
  }

  /**
   * What a key frame is known by need not be the first packet of its access unit.
   * @returns how many packets of it came just before this one, and are to be written first; 0 where no piece begins here
   */
  leadOf(source: PacketSource, packet: SourcePacket, nowMs: number): number {
    if (this.kind === 'audio' || !this.canBegin(source, packet)) return 0;
    if (source === this.current && packet.run === this.splices[0]?.run) return 0;
    let count = 0;
    while (count < MOST_LEADING && this.hasLead(source, packet, packet.sequence - count - 1, nowMs)) count += 1;
    return count;
  }

  /**
   * As `write`, of a packet that came before.
   * @param sequence extended, of the source: of those that `leadOf` counted, in their order
   */
  writeLead(source: PacketSource, sequence: number, out: Uint8Array, at: number, nowMs: number): number {
    const { earlier } = this;
    if (!source.history.load(sequence, nowMs, earlier)) return 0;
    earlier.startsKeyframe = true;
    return this.write(source, earlier, out, at, nowMs);
  }

  /**
   * Writes the packet as the viewer gets it, still in the clear.
   *
   * @param out may be the worker's memory, from which the packet comes; needs room for payload and dependency descriptor, 64
   * bytes of header and what SRTP puts behind it
   * @returns its length, 0 when the viewer does not get it
   */
  write(source: PacketSource, packet: SourcePacket, out: Uint8Array, at: number, nowMs: number): number {
    const splice = this.spliceOf(source, packet);
    if (splice === undefined) return 0;
    const format = splice.formatOf(packet.payloadType);
    if (format === undefined) return 0;
    const { thinning } = splice;
    if (thinning !== undefined && !thinning.take(packet)) return 0;
    const sequence = splice.sequenceOffset + (thinning === undefined ? packet.sequence : thinning.number);
    const payloadLength = thinning?.isEmpty === true ? 0 : packet.payloadLength;
    splice.passed(packet);
    if (this.hasDescriptor && packet.descriptorLength > 0) this.countFrame(splice, packet);
    if (sequence > this.highest) this.highest = sequence;
    const length = this.assemble(splice, packet, format.payloadType, sequence, payloadLength, out, at);
    this.packetsSent += 1;
    this.octetsSent += payloadLength;
    this.sentPackets?.sent(length, nowMs);
    return length;
  }

  /**
   * Writes a packet that the viewer has lost: as a retransmission (RFC 4588), or as it was where none was agreed on.
   *
   * @param sequenceNumber of ours, 16 bits
   * @param roundTripMs to the viewer: the same packet is not sent again before
   * @returns its length, 0 when it is not sent again: it is known no more, it was just sent, or too much was asked for
   */
  resend(sequenceNumber: number, nowMs: number, roundTripMs: number, out: Uint8Array, at: number): number {
    const sequence = extendSequence(sequenceNumber, this.highest);
    const splice = this.spliceAt(sequence);
    if (splice === undefined) return 0;
    const packet = this.earlier;
    if (!splice.source.history.load(splice.sourceOf(sequence), nowMs, packet)) return 0;
    const format = splice.formatOf(packet.payloadType);
    if (format === undefined || packet.run !== splice.run) return 0;
    if (format.rtxPayloadType === undefined && this.sentPackets !== undefined) return 0;
    if (!this.resends.take(sequence, this.packetsSent, nowMs, roundTripMs)) return 0;
    this.packetsResent += 1;
    const { thinning } = splice;
    thinning?.takeAgain(packet, sequence - splice.sequenceOffset);
    const payloadLength = thinning?.isEmpty === true ? 0 : packet.payloadLength;
    const length =
      format.rtxPayloadType === undefined || this.rtxHeader === undefined
        ? this.assemble(splice, packet, format.payloadType, sequence, payloadLength, out, at)
        : this.assembleRepeat(this.rtxHeader, splice, packet, format.rtxPayloadType, sequence, payloadLength, out, at);
    this.sentPackets?.sent(length, nowMs);
    return length;
  }

  /**
   * What a sender report says now: the publisher's own clock, laid onto ours, so that sound and picture stay together.
   * @param wallMs Unix time at `nowMs`
   * @returns undefined while nothing is sent
   */
  report(nowMs: number, wallMs: number): OutgoingReport | undefined {
    const splice = this.splices[0];
    if (!this.isFlowing || splice === undefined || splice.source.run !== splice.run) return undefined;
    const { ssrc, packetsSent: packetCount, octetsSent: octetCount } = this;
    const rtpTimestamp = (splice.source.timestampAt(nowMs) + splice.timestampOffset) >>> 0;
    return { ssrc, ntpMs: wallMs, rtpTimestamp, packetCount, octetCount };
  }

  /** SSRCs of ours, for a BYE. */
  get ssrcs(): readonly number[] {
    return this.rtxSsrc === undefined ? [this.ssrc] : [this.ssrc, this.rtxSsrc];
  }

  private spliceOf(source: PacketSource, packet: SourcePacket): Splice | undefined {
    const splice = this.isFlowing ? this.splices[0] : undefined;
    if (source === splice?.source && packet.run === splice.run) {
      if (splice.numberOf(packet) - this.highest <= LONGEST_GAP) return splice.has(packet) ? splice : undefined;
      this.isFlowing = false;
    }
    return this.canBegin(source, packet) ? this.begin(source, packet) : undefined;
  }

  private canBegin(source: PacketSource, { run, startsKeyframe, payloadType }: SourcePacket): boolean {
    if (source !== this.chosen || run !== source.run || !startsKeyframe) return false;
    return this.formats.some((format) => format.sourcePayloadType === payloadType);
  }

  /** Whether the source's packet of this number is there, and belongs to the access unit of `packet`. */
  private hasLead(source: PacketSource, packet: SourcePacket, sequence: number, nowMs: number): boolean {
    const { earlier } = this;
    if (!source.history.load(sequence, nowMs, earlier)) return false;
    const { run, timestamp, payloadType, payloadLength, marker } = earlier;
    const isSameUnit = run === packet.run && timestamp === packet.timestamp && !marker;
    return isSameUnit && payloadType === packet.payloadType && payloadLength > 0;
  }

  /** A packet that is older than the last one of the source before was sent already, or comes too late. */
  private begin(source: PacketSource, packet: SourcePacket): Splice {
    const before = this.splices[0];
    const timestamp = before?.timestampAfter(source, packet) ?? this.firstTimestamp;
    const splice = new Splice(source, packet, this.highest + 1, timestamp, this.formats, this.layerLimit);
    this.splices.unshift(splice);
    if (this.splices.length > MOST_SPLICES) this.splices.pop();
    this.isFlowing = true;
    return splice;
  }

  /** A piece begins with the frame number behind the highest one. */
  private countFrame(splice: Splice, packet: SourcePacket): void {
    if (Number.isNaN(splice.frameOffset)) {
      splice.frameOffset = this.highestFrame === NO_FRAME ? 0 : this.highestFrame + 1 - frameNumberOf(packet);
    }
    const frame = extendSequence(splice.frameNumberOf(packet), Math.max(0, this.highestFrame));
    if (frame > this.highestFrame) this.highestFrame = frame;
  }

  /** @param sequence extended, of ours */
  private spliceAt(sequence: number): Splice | undefined {
    if (sequence > this.highest) return undefined;
    for (const splice of this.splices) if (sequence >= splice.firstSequence) return splice;
    return undefined;
  }

  /** @param sequence extended, of ours. RFC 3551 section 4.1: the first packet of sound after a pause is marked. */
  private assemble(
    splice: Splice,
    packet: SourcePacket,
    payloadType: number,
    sequence: number,
    payloadLength: number,
    out: Uint8Array,
    at: number,
  ): number {
    const isAfterPause = this.kind === 'audio' && sequence === splice.firstSequence;
    const typeAndMarker = payloadType | (isAfterPause ? MARKER : markerOf(splice, packet));
    const isEmpty = payloadLength === 0;
    const headerLength = this.writeHeader(this.header, typeAndMarker, sequence, splice, packet, isEmpty, out, at);
    if (isEmpty) return headerLength + writePadding(out, at, headerLength);
    copyPayload(packet, out, at + headerLength);
    return headerLength + payloadLength;
  }

  private assembleRepeat(
    header: OutgoingHeader,
    splice: Splice,
    packet: SourcePacket,
    payloadType: number,
    sequence: number,
    payloadLength: number,
    out: Uint8Array,
    at: number,
  ): number {
    const typeAndMarker = payloadType | markerOf(splice, packet);
    const isEmpty = payloadLength === 0;
    const headerLength = this.writeHeader(header, typeAndMarker, this.rtxSequence, splice, packet, isEmpty, out, at);
    this.rtxSequence += 1;
    writeUint16(out, at + headerLength, sequence & 0xffff);
    if (!isEmpty) copyPayload(packet, out, at + headerLength + ORIGINAL_SEQUENCE_BYTES);
    return headerLength + ORIGINAL_SEQUENCE_BYTES + payloadLength;
  }

  private writeHeader(
    header: OutgoingHeader,
    typeAndMarker: number,
    sequence: number,
    splice: Splice,
    packet: SourcePacket,
    isEmpty: boolean,
    out: Uint8Array,
    at: number,
  ): number {
    const { timestamp, bytes, captureOffset, captureLength } = packet;
    const isDescribed = this.hasDescriptor && !isEmpty && packet.descriptorLength > 0;
    const targets = isDescribed ? (splice.thinning?.targetsOf(packet) ?? 0) : 0;
    const length = header.write(
      out,
      at,
      typeAndMarker,
      sequence & 0xffff,
      (timestamp + splice.timestampOffset) >>> 0,
      this.sentPackets?.nextSequence ?? 0,
      bytes,
      captureOffset,
      this.hasCaptureTime ? captureLength : 0,
      isDescribed ? writtenLength(packet, targets) : 0,
    );
    if (isDescribed) writeDescriptor(packet, splice.frameNumberOf(packet), targets, out, at + header.descriptorAt);
    return length;
  }
}

/** Of the highest layer that is sent the last packet is marked. */
function markerOf({ thinning }: Splice, { marker }: SourcePacket): number {
  return (thinning === undefined ? marker : thinning.isMarked) ? MARKER : 0;
}

/** What was only padding stays so, as short as can be: its number is taken. @returns its length */
function writePadding(out: Uint8Array, at: number, headerLength: number): number {
  out[at] = (out[at] ?? 0) | HAS_PADDING;
  out[at + headerLength] = 1;
  return 1;
}

/** Within one memory no view is made. */
function copyPayload({ bytes, payloadOffset, payloadLength }: SourcePacket, out: Uint8Array, at: number): void {
  if (out === bytes) out.copyWithin(at, payloadOffset, payloadOffset + payloadLength);
  else out.set(bytes.subarray(payloadOffset, payloadOffset + payloadLength), at);
}
