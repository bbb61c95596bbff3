import type { AccessUnitSink, CodecDefinition, Depacketizer, RtpPayload } from '../../media/codecs/codec.js';
import { findCodec } from '../../media/codecs/index.js';
import type { MediaMemory } from '../../media/memory.js';
import type { SenderReport } from '../../media/rtcp/packet.js';
import type { ReportBlock } from '../../media/rtcp/report-block.js';
import { readAbsoluteCaptureTime } from '../../media/rtp/absolute-capture-time.js';
import type { RtpHeader } from '../../media/rtp/packet.js';
import { ReceiveStream, type PacketSink } from '../../media/rtp/receive-stream.js';
import { parseFormat } from '../../media/sdp/format-parameters.js';
import type { NegotiatedTrack } from '../../media/sdp/session.js';
import type { TrackStatistics } from '../protocol.js';
import type { SlotPool } from '../udp/slot-pool.js';
import { AccessUnitTap } from './access-unit-tap.js';
import type { KeyframeRequester } from './keyframe-requester.js';
import { TrackMeter } from './track-meter.js';

/** How long a gap is waited for where retransmissions may fill it: a recording has more time than a viewer. */
const GIVE_UP_MS = 2_000;
/** Where none will come, only packets that overtook each other are waited for. */
const GIVE_UP_WITHOUT_NACK_MS = 200;
/** A source that was replaced is heard again only when its successor has been silent for so long. */
const SUCCESSOR_SILENCE_MS = 1_000;

/** The recording that a publisher's tracks go into, as they need it. Times are monotonic. */
export interface RecordingTarget {
  sinkFor(mid: string): AccessUnitSink;
  arrival(mid: string, arrivalMs: number, isRepaired: boolean): void;
  /** Packets that will never come. */
  lost(mid: string, packets: number): void;
  /** Media of the track is here and waits for what is missing before it, or does not any more. */
  heldUp(mid: string, isHeldUp: boolean): void;
  senderReport(mid: string, rtpTimestamp: number, ntpMs: number, arrivalMs: number): void;
  captureTime(mid: string, rtpTimestamp: number, captureMs: number, arrivalMs: number): void;
}

export interface TrackEnvironment {
  readonly memory: MediaMemory;
  readonly slots: SlotPool;
  readonly keyframes: KeyframeRequester;
}

interface SenderTime {
  readonly rtpTimestamp: number;
  readonly ntpMs: number;
  readonly arrivalMs: number;
}

/** One track of a publisher: packets in any order in, access units in decoding order out. */
export class TrackReceiver implements PacketSink {
  private readonly codec: CodecDefinition;
  private readonly tap: AccessUnitTap;
  private readonly depacketizer: Depacketizer;
  private readonly meter = new TrackMeter();
  private readonly ended = { packetsReceived: 0, packetsLost: 0, packetsRepaired: 0, bytesReceived: 0 };
  private recording: RecordingTarget | undefined;
  private stream: ReceiveStream | undefined;
  private streamSsrc = 0;
  private lastPacketMs = -Infinity;
  private readonly replacedSsrcs = new Set<number>();
  private lastReport: SenderTime | undefined;

  /** @throws {RangeError} for a codec that is not in the list */
  constructor(
    readonly track: NegotiatedTrack,
    private readonly environment: TrackEnvironment,
  ) {
    const { codecName, format } = track.formats[0];
    const codec = findCodec(codecName, track.kind);
    if (codec === undefined) throw new RangeError(`No codec ${codecName} for ${track.kind}.`);
    this.codec = codec;
    const { keyframes } = environment;
    this.tap = new AccessUnitTap({
      keyframe: () => this.isVideo && keyframes.satisfied(),
      damaged: () => this.isVideo && keyframes.want(),
    });
    this.depacketizer = codec.createDepacketizer(this.tap, parseFormat(format));
  }

  get isVideo(): boolean {
    return this.codec.kind === 'video';
  }

  /** The source that is heard at present; undefined before the first packet. */
  get ssrc(): number | undefined {
    return this.stream === undefined ? undefined : this.streamSsrc;
  }

  /** From the next access unit on everything goes into `recording`; undefined for nowhere. */
  recordInto(recording: RecordingTarget | undefined): void {
    this.recording = recording;
    this.tap.connect(recording?.sinkFor(this.track.mid));
    if (recording === undefined || this.lastReport === undefined) return;
    const { rtpTimestamp, ntpMs, arrivalMs } = this.lastReport;
    recording.senderReport(this.track.mid, rtpTimestamp, ntpMs, arrivalMs);
  }

  /**
   * A packet of another payload type fills its place in the sequence and is not looked into.
   *
   * @param header of the packet; for a retransmission already the original's
   * @param length of the plain packet
   * @returns true when the slot is kept
   */
  receive(slot: number, header: RtpHeader, length: number, nowMs: number, isRetransmission: boolean): boolean {
    const stream = this.streamOf(header.ssrc, nowMs);
    if (stream === undefined) return false;
    this.lastPacketMs = nowMs;
    if (!isRetransmission) this.noteCaptureTime(slot, header, nowMs);
    const ofThisCodec = header.payloadType === this.track.formats[0].payloadType;
    const payloadLength = ofThisCodec ? length - header.headerLength - header.paddingLength : 0;
    return stream.receive(slot, header, slot + header.headerLength, payloadLength, nowMs, isRetransmission);
  }

  packet(payload: RtpPayload, _extendedSequence: number, arrivalMs: number, isRepaired: boolean): void {
    this.recording?.arrival(this.track.mid, arrivalMs, isRepaired);
    this.depacketizer.push(payload);
  }

  lost(count: number): void {
    this.recording?.lost(this.track.mid, count);
    this.depacketizer.lost();
    if (this.isVideo) this.environment.keyframes.want();
  }

  senderReport({ compactNtp, ntpMs, rtpTimestamp }: SenderReport, arrivalMs: number): void {
    this.stream?.senderReported(compactNtp, arrivalMs);
    if (ntpMs === undefined) return;
    this.lastReport = { rtpTimestamp, ntpMs, arrivalMs };
    this.recording?.senderReport(this.track.mid, rtpTimestamp, ntpMs, arrivalMs);
  }

  tick(nowMs: number): void {
    this.stream?.tick(nowMs);
    this.recording?.heldUp(this.track.mid, this.stream?.isWaiting ?? false);
  }

  nackList(nowMs: number, roundTripMs: number, out: number[]): void {
    this.stream?.nackList(nowMs, roundTripMs, out);
  }

  reportBlock(nowMs: number): ReportBlock | undefined {
    return this.stream?.reportBlock(nowMs);
  }

  /** The publisher is silent or gone: what is held is delivered, gaps and all. */
  flush(): void {
    this.stream?.flush();
    this.depacketizer.flush();
  }

  close(): void {
    this.stream?.close();
  }

  statistics(nowMs: number): TrackStatistics {
    const { mid, kind } = this.track;
    const { codecString, width, height } = this.tap.parameters ?? {};
    const bytesReceived = this.total('bytesReceived');
    return {
      mid,
      kind,
      codecName: this.codec.name,
      codecString,
      width,
      height,
      ...this.meter.read(this.tap.frames, bytesReceived, nowMs),
      bytesReceived,
      packetsReceived: this.total('packetsReceived'),
      packetsLost: this.total('packetsLost'),
      packetsRepaired: this.total('packetsRepaired'),
      jitterMs: this.stream?.jitterMs ?? 0,
    };
  }

  /** A sender that starts again under another SSRC ends the stream before. Two that send at once do not take turns. */
  private streamOf(ssrc: number, nowMs: number): ReceiveStream | undefined {
    if (this.stream !== undefined && this.streamSsrc === ssrc) return this.stream;
    if (this.replacedSsrcs.has(ssrc) && nowMs - this.lastPacketMs < SUCCESSOR_SILENCE_MS) return undefined;
    if (this.stream !== undefined) this.endStream(this.stream);
    const { memory, slots } = this.environment;
    const usesNack = this.track.feedback.nack;
    this.streamSsrc = ssrc;
    this.stream = new ReceiveStream({
      ssrc,
      clockRate: this.codec.clockRate,
      memory,
      sink: this,
      releaseSlot: slots.release,
      mayHold: slots.mayHold,
      usesNack,
      giveUpMs: usesNack ? GIVE_UP_MS : GIVE_UP_WITHOUT_NACK_MS,
    });
    return this.stream;
  }

  private endStream(stream: ReceiveStream): void {
    this.flush();
    stream.close();
    this.replacedSsrcs.add(this.streamSsrc);
    for (const counter of Object.keys(this.ended) as (keyof typeof this.ended)[])
      this.ended[counter] += stream[counter];
    this.lastReport = undefined;
  }

  /** In a packet now and then (abs-capture-time). */
  private noteCaptureTime(slot: number, header: RtpHeader, nowMs: number): void {
    const { absoluteCaptureTime: id } = this.track.extensions;
    const { bytes } = this.environment.memory;
    if (this.recording === undefined || id === undefined || !header.readExtension(bytes, slot, id)) return;
    const captureMs = readAbsoluteCaptureTime(bytes, header.extensionStart, header.extensionLength);
    this.recording.captureTime(this.track.mid, header.timestamp, captureMs, nowMs);
  }

  private total(counter: keyof typeof this.ended): number {
    return this.ended[counter] + (this.stream?.[counter] ?? 0);
  }
}
