import { randomInt } from 'node:crypto';
import type { MediaKind } from '../../media/codecs/codec.js';
import { BandwidthEstimator } from '../../media/forwarding/bandwidth-estimator.js';
import { LayerChoice } from '../../media/forwarding/layer-choice.js';
import { EVERY_LAYER } from '../../media/forwarding/layer-filter.js';
import { OutgoingStream } from '../../media/forwarding/outgoing-stream.js';
import type { PacketSource } from '../../media/forwarding/packet-source.js';
import { SentPackets } from '../../media/forwarding/sent-packets.js';
import type { SourcePacket } from '../../media/forwarding/source-packet.js';
import type { OutgoingFormat } from '../../media/forwarding/splice.js';
import { ViewerFeedback } from '../../media/forwarding/viewer-feedback.js';
import { encodeSenderReports } from '../../media/rtcp/encode-sender.js';
import type { FullIntraRequest, Nack, ReceiverReport, RtcpPacket } from '../../media/rtcp/packet.js';
import { isRtcp, parseRtcp, type RtcpAdmission } from '../../media/rtcp/parse.js';
import type { NegotiatedTrack, SentTrack } from '../../media/sdp/session.js';
import { fittingFormat } from '../../media/sdp/subscriber-negotiation.js';
import type { SrtpCryptoFactory } from '../../media/srtp/crypto.js';
import { SrtpReceiver } from '../../media/srtp/receiver.js';
import { SentPacket, SrtpSender } from '../../media/srtp/sender.js';
import type { Clock } from '../../shared/clock.js';
import type { MediaKeys } from '../dtls/media-keys.js';
import type { OfferedLayer } from '../forwarding/forwarded-layer.js';
import type { SendRing } from '../forwarding/send-ring.js';
import { threadCounters } from '../thread-counters.js';

const NUMBERS_16 = 2 ** 16;
const NUMBERS_32 = 2 ** 32;
/** Room that a packet needs beside payload and dependency descriptor: header, other extensions, original sequence number, tag. */
const LARGEST_OVERHEAD_BYTES = 160;
/** A viewer's RTCP that is read, per second: browsers send some twenty packets. */
const MOST_REPORTS_PER_SECOND = 200;
/** Packets that a viewer may ask for again per second. */
const MOST_NACKED_PER_SECOND = 2_000;
const ASSUMED_ROUND_TRIP_MS = 60;
/** Packets that wait to be sealed together. */
const MOST_WAITING = 16;
/** Is taken off what there is for the picture. */
const SOUND_BITS_PER_SECOND = 64_000;

export interface MediaSenderOptions {
  readonly keys: MediaKeys;
  readonly srtp: SrtpCryptoFactory;
  readonly tracks: readonly SentTrack[];
  readonly canonicalName: string;
  readonly ring: SendRing;
  readonly clock: Clock;
  /** The other end is a server, that we offered the stream: it takes what a browser might not show. */
  readonly isToServer?: boolean;
  /** Takes protected packets; they stay as they are for a while. */
  readonly send: (datagram: Uint8Array) => void;
  /** To the viewer; undefined while unknown. */
  readonly roundTripMs: () => number | undefined;
  /** The viewer has lost what it needs to go on. */
  readonly keyframeWanted: (nowMs: number) => void;
}

/** One track to one viewer. */
interface SendingTrack {
  readonly track: SentTrack;
  readonly stream: OutgoingStream;
  isEnabled: boolean;
  readonly choice: LayerChoice<OfferedLayer>;
  source: PacketSource | undefined;
  formats: readonly OutgoingFormat[];
}

/**
 * Everything one viewer is sent once there are keys: packets under our SSRCs, protected for it, the ones it lost again, and
 * reports. What it says by RTCP is believed within limits only.
 */
export class MediaSender {
  /** When the last authentic packet came; -Infinity before the first. */
  lastHeardMs = -Infinity;
  bytesSent = 0;
  packetsSent = 0;
  private readonly srtp: SrtpSender;
  private readonly receiver: SrtpReceiver;
  private readonly tracks: readonly SendingTrack[];
  private readonly waiting = Array.from({ length: MOST_WAITING }, () => new SentPacket());
  private waitingCount = 0;
  private readonly video: SendingTrack | undefined;
  private readonly audio: SendingTrack | undefined;
  private reportsLeft = MOST_REPORTS_PER_SECOND;
  private nacksLeft = MOST_NACKED_PER_SECOND;
  private readonly sentPackets = new SentPackets();
  private readonly bandwidth = new BandwidthEstimator(this.sentPackets);
  private readonly viewerFeedback = new ViewerFeedback(this.sentPackets, (ssrc) => this.repeats(ssrc));
  private readonly admits: RtcpAdmission = (bytes, start, end) => this.viewerFeedback.admits(bytes, start, end);
  private readonly intraNumbers = new Map<number, number>();

  constructor(private readonly options: MediaSenderOptions) {
    const { keys, tracks, ring, srtp, isToServer } = options;
    this.srtp = new SrtpSender(keys.profile, keys.localKey, keys.localSalt, srtp);
    this.receiver = new SrtpReceiver(keys.profile, keys.remoteKey, keys.remoteSalt, srtp);
    this.tracks = tracks.map((track) => sendingTrack(track, ring.bytes, this.sentPackets, isToServer));
    this.video = this.tracks.find(({ track }) => track.kind === 'video');
    this.audio = this.tracks.find(({ track }) => track.kind === 'audio');
  }

  /** Nothing is sent any more. */
  close(): void {
    this.waitingCount = 0;
    this.srtp.close();
    this.receiver.close();
  }

  /** Packets that were forged, malformed or came twice. */
  get packetsRefused(): number {
    return this.receiver.failures + this.receiver.replays;
  }

  /**
   * Takes the layer that fits best of what there is of a track: from its next key frame on, sound at once; of one source with
   * layers (SVC) less from the next picture on.
   * @param layers best first
   */
  offer(from: NegotiatedTrack, layers: readonly OfferedLayer[], nowMs: number): void {
    const sending = this.trackOf(from.kind);
    if (sending === undefined) return;
    const isVideo = sending === this.video;
    if (isVideo) this.bandwidth.tick(nowMs, this.bytesSent);
    const room = isVideo ? this.bandwidth.bitsPerSecond - SOUND_BITS_PER_SECOND : Infinity;
    const { source, limit = EVERY_LAYER } = sending.choice.select(layers, room, nowMs) ?? {};
    if (source !== sending.source) {
      sending.source = source;
      sending.formats = formatsBetween(from, sending.track);
      if (sending.isEnabled) sending.stream.choose(source, sending.formats);
    }
    sending.stream.limit(limit);
  }

  /** No more comes of this kind for the time being. */
  end(kind: MediaKind): void {
    const sending = this.trackOf(kind);
    if (sending === undefined) return;
    sending.source = undefined;
    sending.stream.choose(undefined, []);
  }

  /** Whatever fits, the picture is this layer for as long as it flows; undefined to choose again. */
  pinLayer(rid: string | undefined): void {
    this.video?.choice.pin(rid);
  }

  /** Sends media of one kind, or no longer. */
  setEnabled(kind: MediaKind, isEnabled: boolean): void {
    const sending = this.trackOf(kind);
    if (sending === undefined || sending.isEnabled === isEnabled) return;
    sending.isEnabled = isEnabled;
    sending.stream.choose(isEnabled ? sending.source : undefined, sending.formats);
  }

  /** Cannot show `source` before its next key frame. */
  awaits(source: PacketSource): boolean {
    return this.video?.stream.awaited === source && this.video.formats.length > 0;
  }

  /** Is sent `source` at present, or waits for it. */
  watches(source: PacketSource): boolean {
    return this.video?.isEnabled === true && (this.video.source === source || this.video.stream.current === source);
  }

  /** Sends a packet on at the next `flush`, or before. */
  forward(kind: MediaKind, source: PacketSource, packet: SourcePacket, nowMs: number): void {
    const sending = kind === 'video' ? this.video : this.audio;
    const { ring } = this.options;
    const most = ring.largest - LARGEST_OVERHEAD_BYTES;
    if (sending?.isEnabled !== true || packet.payloadLength + packet.descriptorLength > most) return;
    const { stream } = sending;
    for (let lead = stream.leadOf(source, packet, nowMs); lead > 0; lead -= 1)
      this.add(stream.writeLead(source, packet.sequence - lead, ring.bytes, ring.place, nowMs));
    this.add(stream.write(source, packet, ring.bytes, ring.place, nowMs));
  }

  /** What waits is sealed together, and leaves. */
  flush(): void {
    const { waiting, waitingCount: count } = this;
    if (count === 0) return;
    this.waitingCount = 0;
    this.srtp.protectTogether(this.options.ring.bytes, waiting, count);
    for (let i = 0; i < count; i++) {
      const packet = waiting[i];
      if (packet !== undefined) this.sendSealed(packet);
    }
  }

  /** RTCP; media of a viewer means nothing. Never keeps the slot. */
  receive(bytes: Uint8Array, slot: number, length: number, nowMs: number): void {
    if (!isRtcp(bytes, slot) || this.reportsLeft === 0) return;
    this.reportsLeft -= 1;
    const plainLength = this.receiver.unprotectRtcp(bytes, slot, length);
    if (plainLength < 0) return;
    this.lastHeardMs = nowMs;
    this.viewerFeedback.begin();
    for (const packet of parseRtcp(bytes, slot, plainLength, this.admits)) this.hear(packet, nowMs);
  }

  /** To be called each second. */
  report(nowMs: number): void {
    this.reportsLeft = MOST_REPORTS_PER_SECOND;
    this.nacksLeft = MOST_NACKED_PER_SECOND;
    this.viewerFeedback.refill();
    const wallMs = this.options.clock.epochMs();
    const reports = this.tracks.flatMap(({ stream }) => stream.report(nowMs, wallMs) ?? []);
    if (reports.length === 0) return;
    this.options.send(this.srtp.protectRtcp(encodeSenderReports(reports, this.options.canonicalName)));
  }

  private hear(packet: RtcpPacket, nowMs: number): void {
    if (packet.type === 'nack') this.resend(packet, nowMs);
    else if (packet.type === 'picture-loss' && packet.mediaSsrc === this.video?.stream.ssrc)
      this.options.keyframeWanted(nowMs);
    else if (packet.type === 'full-intra') this.hearCommands(packet, nowMs);
    else if (packet.type === 'transport-feedback') this.bandwidth.feedback(packet, nowMs);
    else if (packet.type === 'bitrate-estimate') this.bandwidth.receiverEstimate(packet.bitsPerSecond, nowMs);
    else if (packet.type === 'receiver-report') this.hearReport(packet, nowMs);
  }

  /** A command that is repeated is none. */
  private hearCommands({ commands }: FullIntraRequest, nowMs: number): void {
    for (const { ssrc, number } of commands) {
      if (ssrc !== this.video?.stream.ssrc || this.intraNumbers.get(ssrc) === number) continue;
      this.intraNumbers.set(ssrc, number);
      this.options.keyframeWanted(nowMs);
    }
  }

  private hearReport({ blocks }: ReceiverReport, nowMs: number): void {
    const block = blocks.find(({ ssrc }) => ssrc === this.video?.stream.ssrc);
    if (block !== undefined) this.bandwidth.reportedLoss(block.fractionLost, nowMs);
  }

  /** Of what a viewer may ask for again at present. */
  private repeats(ssrc: number): boolean {
    const sending = this.nacksLeft === 0 ? undefined : this.tracks.find(({ stream }) => stream.ssrc === ssrc);
    return sending?.isEnabled === true && sending.track.feedback.nack;
  }

  private resend({ mediaSsrc, sequenceNumbers }: Nack, nowMs: number): void {
    const sending = this.tracks.find(({ stream }) => stream.ssrc === mediaSsrc);
    if (sending?.isEnabled !== true) return;
    const roundTripMs = this.options.roundTripMs() ?? ASSUMED_ROUND_TRIP_MS;
    for (const sequenceNumber of sequenceNumbers) {
      if (this.nacksLeft === 0) break;
      this.nacksLeft -= 1;
      const { bytes, place } = this.options.ring;
      this.add(sending.stream.resend(sequenceNumber, nowMs, roundTripMs, bytes, place), true);
    }
    this.flush();
  }

  /** @param length of the packet at the ring's place, 0 for none */
  private add(length: number, isRepeat = false): void {
    if (length === 0) return;
    const { ring } = this.options;
    this.waiting[this.waitingCount]?.set(ring.place, length, isRepeat);
    this.waitingCount += 1;
    ring.sent();
    if (this.waitingCount === MOST_WAITING) this.flush();
  }

  private sendSealed({ offset, length, isRepeat, sealedLength }: SentPacket): void {
    if (sealedLength === 0) return;
    const { ring, send } = this.options;
    this.bytesSent += length;
    this.packetsSent += 1;
    if (isRepeat) threadCounters.packetsRepeated += 1;
    send(ring.bytes.subarray(offset, offset + sealedLength));
  }

  private trackOf(kind: MediaKind): SendingTrack | undefined {
    return kind === 'video' ? this.video : this.audio;
  }
}

function sendingTrack(
  track: SentTrack,
  memoryBytes: Uint8Array,
  sentPackets: SentPackets,
  takesAny?: boolean,
): SendingTrack {
  const { kind, ssrc, rtxSsrc, mid, extensions, feedback } = track;
  const stream = new OutgoingStream(
    {
      kind,
      ssrc,
      rtxSsrc,
      extensions: {
        mid: extensions.mid === undefined ? undefined : { id: extensions.mid, value: mid },
        transportSequenceNumber: extensions.transportSequenceNumber,
        absoluteCaptureTime: extensions.absoluteCaptureTime,
        dependencyDescriptor: extensions.dependencyDescriptor,
      },
      sentPackets: feedback.transportCc ? sentPackets : undefined,
      firstSequence: randomInt(NUMBERS_16),
      firstTimestamp: randomInt(NUMBERS_32),
      firstRtxSequence: randomInt(NUMBERS_16),
    },
    memoryBytes,
  );
  const choice = new LayerChoice<OfferedLayer>(takesAny, extensions.dependencyDescriptor !== undefined);
  return { track, stream, choice, isEnabled: true, source: undefined, formats: [] };
}

/** What each of a publisher's formats is called towards a viewer; those that it does not take are left out. */
function formatsBetween({ kind, formats }: NegotiatedTrack, { formats: taken }: SentTrack): OutgoingFormat[] {
  return formats.flatMap(({ payloadType: sourcePayloadType, codecName, format }) => {
    const fitting = fittingFormat(taken, { kind, codecName, format });
    if (fitting === undefined) return [];
    const { payloadType, rtxPayloadType } = fitting;
    return [{ sourcePayloadType, payloadType, rtxPayloadType }];
  });
}
