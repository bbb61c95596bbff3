import type { AccessUnitFacts, CodecDefinition, Depacketizer } from '../../media/codecs/codec.js';
import { findCodec } from '../../media/codecs/index.js';
import type { MediaMemory } from '../../media/memory.js';
import type { SenderReport } from '../../media/rtcp/packet.js';
import type { ReportBlock } from '../../media/rtcp/report-block.js';
import { readAbsoluteCaptureTime } from '../../media/rtp/absolute-capture-time.js';
import type { ReceivedPayload } from '../../media/rtp/packet-payload.js';
import type { RtpHeader } from '../../media/rtp/packet.js';
import { ReceiveStream, type PacketSink } from '../../media/rtp/receive-stream.js';
import { parseFormat } from '../../media/sdp/format-parameters.js';
import type { NegotiatedFormat, NegotiatedTrack } from '../../media/sdp/session.js';
import type { RecordedSource, RecordingTarget } from '../recording/recording-target.js';
import type { SlotPool } from '../udp/slot-pool.js';
import { AccessUnitTap } from './access-unit-tap.js';
import { KeyframeRequester } from './keyframe-requester.js';
import { LONGEST_PAUSE_MS, type LayerState } from './layer-selector.js';

/** How long a gap is waited for where retransmissions may fill it: a recording has more time than a viewer. */
const GIVE_UP_MS = 2_000;
/** Where none will come, only packets that overtook each other are waited for. */
const GIVE_UP_WITHOUT_NACK_MS = 200;
/** A source that was replaced is heard again only when its successor has been silent for so long. */
const SUCCESSOR_SILENCE_MS = 1_000;
/** Of the sources that were replaced those are known that came last. */
const MOST_REPLACED = 16;

const COUNTERS = ['packetsReceived', 'packetsLost', 'packetsRepaired', 'bytesReceived'] as const;

/** What all layers of a publisher share. */
export interface TrackEnvironment {
  readonly memory: MediaMemory;
  readonly slots: SlotPool;
}

export interface LayerIdentity {
  /** RFC 8852; undefined where layers are told apart by their SSRCs, or there is one only. */
  readonly rid: string | undefined;
  /** Place in the sender's order of preference, 0 is the best. */
  readonly rank: number;
}

interface SenderTime {
  readonly rtpTimestamp: number;
  readonly ntpMs: number;
  readonly arrivalMs: number;
}

export interface LayerListener {
  /** An access unit is whole. @returns whether it is of use: no other layer is in use */
  finished(layer: LayerReceiver, facts: AccessUnitFacts): boolean;
  /** What follows may not decode. */
  damaged(layer: LayerReceiver): void;
}

/** One source of packets of a track at a time, or all there is of it without simulcast. */
export class LayerReceiver implements PacketSink, LayerState {
  readonly keyframes = new KeyframeRequester();
  readonly totals = { packetsReceived: 0, packetsLost: 0, packetsRepaired: 0, bytesReceived: 0 };
  /** Infinity before it. */
  firstPacketMs = Infinity;
  lastPacketMs = -Infinity;
  flowingSinceMs = -Infinity;
  private readonly tap: AccessUnitTap;
  private codec: CodecDefinition;
  private depacketizer: Depacketizer;
  private format: NegotiatedFormat;
  private target: RecordingTarget | undefined;
  private source: RecordedSource | undefined;
  private stream: ReceiveStream | undefined;
  private streamSsrc = 0;
  private replacedSsrcs: number[] = [];
  private lastReport: SenderTime | undefined;

  /** @throws {RangeError} for a codec that is not in the list */
  constructor(
    readonly track: NegotiatedTrack,
    private readonly identity: LayerIdentity,
    private readonly environment: TrackEnvironment,
    private readonly listener: LayerListener,
  ) {
    this.tap = new AccessUnitTap({
      passes: (facts) => this.passes(facts),
      damaged: () => this.listener.damaged(this),
    });
    [this.format] = track.formats;
    this.codec = codecOf(this.format, track);
    this.depacketizer = this.codec.createDepacketizer(this.tap, parseFormat(this.format.format));
  }

  get rid(): string | undefined {
    return this.identity.rid;
  }

  get rank(): number {
    return this.identity.rank;
  }

  get pixels(): number {
    const { width = 0, height = 0 } = this.tap.parameters ?? {};
    return width * height;
  }

  get codecName(): string {
    return this.codec.name;
  }

  get parameters(): AccessUnitTap['parameters'] {
    return this.tap.parameters;
  }

  /** The source that is heard at present; undefined before the first packet. */
  get ssrc(): number | undefined {
    return this.stream === undefined ? undefined : this.streamSsrc;
  }

  get jitterMs(): number {
    return this.stream?.jitterMs ?? 0;
  }

  /** From the next access unit on everything of use goes into `target`; undefined for nowhere. */
  recordInto(target: RecordingTarget | undefined): void {
    this.target = target;
    this.open();
  }

  /** The recording has changed over to another layer: this one may follow as a new source only. */
  reopen(): void {
    this.open();
  }

  /**
   * A packet in a format that was not agreed on fills its place in the sequence and is not looked into.
   *
   * @param header of the packet; for a retransmission already the original's
   * @param length of the plain packet
   * @returns true when the slot is kept
   */
  receive(slot: number, header: RtpHeader, length: number, nowMs: number, isRetransmission: boolean): boolean {
    const stream = this.streamOf(header.ssrc, nowMs);
    if (stream === undefined) return false;
    if (!isRetransmission) this.notePacket(nowMs);
    if (!isRetransmission) this.noteCaptureTime(slot, header, nowMs);
    const isAgreed = formatWith(this.track, header.payloadType) !== undefined;
    const payloadLength = isAgreed ? length - header.headerLength - header.paddingLength : 0;
    return stream.receive(slot, header, slot + header.headerLength, payloadLength, nowMs, isRetransmission);
  }

  packet(payload: ReceivedPayload, _extendedSequence: number, arrivalMs: number, isRepaired: boolean): void {
    if (payload.payloadType !== this.format.payloadType) this.changeFormat(payload.payloadType);
    this.source?.arrival(arrivalMs, isRepaired);
    this.depacketizer.push(payload);
  }

  lost(count: number): void {
    this.source?.lost(count);
    this.depacketizer.lost();
    this.listener.damaged(this);
  }

  senderReport(report: SenderReport, arrivalMs: number): void {
    this.stream?.senderReported(report.compactNtp, arrivalMs);
    const { rtpTimestamp, ntpMs } = report;
    if (ntpMs === undefined) return;
    this.lastReport = { rtpTimestamp, ntpMs, arrivalMs };
    this.source?.senderReport(rtpTimestamp, ntpMs, arrivalMs);
  }

  tick(nowMs: number): void {
    this.stream?.tick(nowMs);
    this.source?.heldUp(this.stream?.isWaiting ?? false);
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
    this.source?.close();
  }

  total(counter: keyof LayerReceiver['totals']): number {
    return this.totals[counter] + (this.stream?.[counter] ?? 0);
  }

  private passes(facts: AccessUnitFacts): boolean {
    if (facts.isKeyframe) this.keyframes.satisfied();
    return this.listener.finished(this, facts);
  }

  private notePacket(nowMs: number): void {
    if (nowMs - this.lastPacketMs >= LONGEST_PAUSE_MS) this.flowingSinceMs = nowMs;
    this.lastPacketMs = nowMs;
  }

  /** In a packet now and then (abs-capture-time). */
  private noteCaptureTime(slot: number, header: RtpHeader, nowMs: number): void {
    const { absoluteCaptureTime: id } = this.track.extensions;
    const { bytes } = this.environment.memory;
    if (this.source === undefined || id === undefined || !header.readExtension(bytes, slot, id)) return;
    const captureMs = readAbsoluteCaptureTime(bytes, header.extensionStart, header.extensionLength);
    this.source.captureTime(header.timestamp, captureMs, nowMs);
  }

  /** The sender has gone over to another of the agreed formats, from the packet in hand on. */
  private changeFormat(payloadType: number): void {
    const format = formatWith(this.track, payloadType);
    if (format === undefined) return;
    this.format = format;
    if (format.codecName === this.codec.name) return;
    this.depacketizer.flush();
    this.codec = codecOf(format, this.track);
    this.depacketizer = this.codec.createDepacketizer(this.tap, parseFormat(format.format));
    this.open();
  }

  private open(): void {
    this.source?.close();
    const { streamSsrc: ssrc, stream, codec, target } = this;
    this.source = stream === undefined ? undefined : target?.open(this.track.mid, { ssrc, codecName: codec.name });
    this.tap.connect(this.source?.sink);
    if (this.lastReport === undefined) return;
    const { rtpTimestamp, ntpMs, arrivalMs } = this.lastReport;
    this.source?.senderReport(rtpTimestamp, ntpMs, arrivalMs);
  }

  /** A sender that starts again under another SSRC ends the stream before. Two that send at once do not take turns. */
  private streamOf(ssrc: number, nowMs: number): ReceiveStream | undefined {
    if (this.stream !== undefined && this.streamSsrc === ssrc) return this.stream;
    if (this.replacedSsrcs.includes(ssrc) && nowMs - this.lastPacketMs < SUCCESSOR_SILENCE_MS) return undefined;
    if (this.stream === undefined) this.firstPacketMs = nowMs;
    else this.endStream(this.stream);
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
      begins: this.codec.startsKeyframe,
      giveUpMs: usesNack ? GIVE_UP_MS : GIVE_UP_WITHOUT_NACK_MS,
    });
    this.open();
    return this.stream;
  }

  private endStream(stream: ReceiveStream): void {
    this.flush();
    stream.close();
    this.replacedSsrcs = [this.streamSsrc, ...this.replacedSsrcs].slice(0, MOST_REPLACED);
    for (const counter of COUNTERS) this.totals[counter] += stream[counter];
    this.lastReport = undefined;
  }
}

function formatWith({ formats }: NegotiatedTrack, payloadType: number): NegotiatedFormat | undefined {
  for (const format of formats) if (format.payloadType === payloadType) return format;
  return undefined;
}

function codecOf({ codecName }: NegotiatedFormat, { kind }: NegotiatedTrack): CodecDefinition {
  const codec = findCodec(codecName, kind);
  if (codec === undefined) throw new RangeError(`No codec ${codecName} for ${kind}.`);
  return codec;
}
