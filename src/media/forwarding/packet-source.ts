import type { MediaMemory } from '../memory.js';
import type { SenderReport } from '../rtcp/packet.js';
import type { RtpHeader } from '../rtp/packet.js';
import { SequenceWindow } from '../rtp/sequence-window.js';
import { extendSequence } from '../rtp/sequence.js';
import { PacketHistory, type PacketHistoryLimits } from './packet-history.js';
import type { PublisherClock } from './publisher-clock.js';
import type { SourceLayers } from './source-layers.js';
import { SourcePacket } from './source-packet.js';

/** Late packets that are still sent on. */
const WINDOW = 2048;
/** What is further from its neighbours is a new start, if a second packet says so as well. */
const FARTHEST_AHEAD = 3000;
const FARTHEST_BEHIND = 1024;
/** Between two runs: no late packet of the one is taken for one of the other. */
const RUN_DISTANCE = 0x20000;
const NONE = -1;
/** Of the two forms of abs-capture-time. */
const CAPTURE_LENGTHS: readonly number[] = [8, 16];

/** @returns whether a payload begins a picture that a decoder can begin with; absent for sound, where any packet will do */
export type KeyframeTest = (bytes: Uint8Array, offset: number, length: number) => boolean;

export interface PacketSourceOptions {
  readonly memory: MediaMemory;
  readonly clockRate: number;
  /** Shared by all sources of a publisher. */
  readonly clock: PublisherClock;
  readonly history: PacketHistoryLimits;
}

/**
 * What a publisher sends for one track, or for one simulcast layer of it, as its viewers need it: each packet once, at
 * the moment it comes, with its place in the order; and the last ones again for whoever lost them.
 *
 * A source outlives its SSRCs: when its sender starts anew, a new run begins.
 */
export class PacketSource {
  readonly clockRate: number;
  readonly history: PacketHistory;
  /** Monotonic; -Infinity before the first packet. */
  lastPacketMs = -Infinity;
  /** Payload bytes ever received, for estimating what the source needs. */
  bytesReceived = 0;
  private readonly packet: SourcePacket;
  private readonly seen = new SequenceWindow(WINDOW);
  private readonly clock: PublisherClock;
  private ssrc = NONE;
  private currentRun = 0;
  /** The sequence number that would confirm a new start. */
  private strayNext = NONE;
  private reportTimestamp = 0;
  private reportNtpMs = NaN;
  /** Of the run's first packet: all there is to tell times by until the publisher sends a report. */
  private startTimestamp = 0;
  private startMs = 0;

  constructor({ memory, clockRate, clock, history }: PacketSourceOptions) {
    this.clockRate = clockRate;
    this.clock = clock;
    this.history = new PacketHistory(memory, history);
    this.packet = new SourcePacket(memory.bytes);
  }

  /** Counts from 1; 0 before the first packet. */
  get run(): number {
    return this.currentRun;
  }

  /** The publisher has said what its timestamps mean. */
  get hasReport(): boolean {
    return !Number.isNaN(this.reportNtpMs);
  }

  /**
   * Takes an authentic packet and keeps it for repetitions.
   *
   * @param offset of the packet in the worker's memory
   * @param header of the packet; for a retransmission already the original's
   * @param length of the plain packet, padding included
   * @param captureTimeId of the abs-capture-time extension, undefined where it was not agreed on or must not be looked for
   * @param startsKeyframe of the codec of this packet
   * @param layers of the codec of this packet; undefined where it has none
   * @returns an object that is reused; undefined for what was here before, or is too far off to have a place
   */
  receive(
    offset: number,
    header: RtpHeader,
    length: number,
    arrivalMs: number,
    captureTimeId?: number,
    startsKeyframe?: KeyframeTest,
    layers?: SourceLayers,
  ): SourcePacket | undefined {
    const sequence = this.placeOf(header, arrivalMs);
    if (sequence === NONE) return undefined;
    const { packet } = this;
    const { bytes } = packet;
    packet.run = this.currentRun;
    packet.sequence = sequence;
    packet.timestamp = header.timestamp;
    packet.marker = header.marker;
    packet.payloadType = header.payloadType;
    packet.arrivalMs = arrivalMs;
    packet.payloadOffset = offset + header.headerLength;
    packet.payloadLength = length - header.headerLength - header.paddingLength;
    const hasCapture = captureTimeId !== undefined && header.readExtension(bytes, offset, captureTimeId);
    packet.captureOffset = header.extensionStart;
    packet.captureLength = hasCapture && CAPTURE_LENGTHS.includes(header.extensionLength) ? header.extensionLength : 0;
    packet.startsKeyframe =
      packet.payloadLength > 0 && (startsKeyframe?.(bytes, packet.payloadOffset, packet.payloadLength) ?? true);
    packet.isLayered = false;
    packet.descriptorLength = 0;
    layers?.read(packet, header, offset, arrivalMs);
    this.lastPacketMs = arrivalMs;
    this.bytesReceived += packet.payloadLength;
    this.history.add(packet);
    return packet;
  }

  /** A report of the SSRC that is heard at present came. */
  senderReport({ ssrc, ntpMs, rtpTimestamp }: SenderReport, arrivalMs: number): void {
    if (ssrc !== this.ssrc || ntpMs === undefined) return;
    this.clock.heard(ntpMs, arrivalMs);
    this.reportNtpMs = ntpMs;
    this.reportTimestamp = rtpTimestamp;
  }

  /** @returns when what has this timestamp was sampled, or came, by the local monotonic clock */
  localMs(timestamp: number): number {
    if (!this.hasReport) return this.startMs + this.ticksMs(timestamp - this.startTimestamp);
    return this.clock.localMs(this.reportNtpMs) + this.ticksMs(timestamp - this.reportTimestamp);
  }

  /** @returns the timestamp of what is sampled, or comes, at a local monotonic time */
  timestampAt(nowMs: number): number {
    const elapsedMs = nowMs - this.localMs(this.startTimestamp);
    return (this.startTimestamp + Math.round((elapsedMs * this.clockRate) / 1000)) >>> 0;
  }

  /** Gives its memory back. Idempotent. */
  close(): void {
    this.history.close();
  }

  /** The nearer way round the circle of 2^32 ticks. */
  private ticksMs(ticks: number): number {
    return ((ticks | 0) * 1000) / this.clockRate;
  }

  /** @returns the extended sequence number, NONE for a packet that is not sent on */
  private placeOf(header: RtpHeader, arrivalMs: number): number {
    if (header.ssrc !== this.ssrc) return this.begin(header, arrivalMs);
    const { highest } = this.seen;
    const sequence = extendSequence(header.sequenceNumber, highest);
    if (sequence - highest > FARTHEST_AHEAD || highest - sequence > FARTHEST_BEHIND)
      return this.stray(header, arrivalMs);
    this.strayNext = NONE;
    if (!this.seen.isFresh(sequence)) return NONE;
    this.seen.accept(sequence);
    return sequence;
  }

  /** RFC 3550 appendix A.1: a jump is believed when a second packet follows on it. */
  private stray(header: RtpHeader, arrivalMs: number): number {
    if (header.sequenceNumber === this.strayNext) return this.begin(header, arrivalMs);
    this.strayNext = (header.sequenceNumber + 1) & 0xffff;
    return NONE;
  }

  private begin(header: RtpHeader, arrivalMs: number): number {
    const before = Math.max(0, this.seen.highest);
    const sequence = extendSequence(header.sequenceNumber, before + RUN_DISTANCE);
    this.seen.accept(sequence);
    this.ssrc = header.ssrc;
    this.currentRun += 1;
    this.strayNext = NONE;
    this.reportNtpMs = NaN;
    this.startTimestamp = header.timestamp;
    this.startMs = arrivalMs;
    return sequence;
  }
}
