import type { MediaMemory } from '../../media/memory.js';
import type { RtpHeader } from '../../media/rtp/packet.js';
import { restoreOriginal } from '../../media/rtp/retransmission.js';
import type { SenderReport } from '../../media/rtcp/packet.js';
import { isRtcp, isSenderReport, parseRtcp } from '../../media/rtcp/parse.js';
import { TransportFeedbackRecorder } from '../../media/rtcp/transport-feedback.js';
import type { NegotiatedTrack } from '../../media/sdp/session.js';
import { ReceivedPacket, SrtpReceiver } from '../../media/srtp/receiver.js';
import { SrtpSender } from '../../media/srtp/sender.js';
import type { MediaKeys } from '../dtls/media-keys.js';
import type { SrtpCryptoFactory } from '../../media/srtp/crypto.js';
import type { LayerReceiver, TrackEnvironment } from './layer-receiver.js';
import type { PacketTarget } from '../forwarding/stream-forwarder.js';
import type { RecordingTarget } from '../recording/recording-target.js';
import { SourceTable } from './source-table.js';
import { TrackReceiver } from './track-receiver.js';

/** What a publisher's media needs of its worker. */
export interface MediaEnvironment extends TrackEnvironment {
  readonly srtp: SrtpCryptoFactory;
}

/** Everything a publisher sends once there are keys: opens it, sorts it by track, remembers when it came. */
export class MediaReceiver {
  readonly tracks: readonly TrackReceiver[];
  /** Of all tracks. */
  readonly layers: readonly LayerReceiver[];
  /** Undefined when the sender did not offer transport-wide feedback. */
  readonly feedback: TransportFeedbackRecorder | undefined;
  /** When the last authentic packet came; -Infinity before the first. */
  lastHeardMs = -Infinity;
  /** Authentic, but of no track. */
  packetsWithoutTrack = 0;
  private readonly memory: MediaMemory;
  private readonly sources: SourceTable;
  private readonly srtp: SrtpReceiver;
  private readonly sender: SrtpSender;
  private readonly transportSequenceId: number | undefined;
  /** Packets that are opened together, the first `waiting` of them. */
  private readonly packets: readonly ReceivedPacket[];
  private waiting = 0;
  private target: PacketTarget | undefined;

  constructor(
    keys: MediaKeys,
    tracks: readonly NegotiatedTrack[],
    private readonly environment: MediaEnvironment,
  ) {
    const { srtp } = environment;
    this.memory = environment.memory;
    this.tracks = tracks.map((track) => new TrackReceiver(track, environment));
    this.layers = this.tracks.flatMap(({ layers }) => layers);
    this.sources = new SourceTable(this.tracks, this.memory);
    this.srtp = new SrtpReceiver(keys.profile, keys.remoteKey, keys.remoteSalt, srtp);
    this.sender = new SrtpSender(keys.profile, keys.localKey, keys.localSalt, srtp);
    this.packets = Array.from({ length: this.srtp.mostTogether }, () => new ReceivedPacket());
    this.transportSequenceId = tracks.find(({ feedback }) => feedback.transportCc)?.extensions.transportSequenceNumber;
    this.feedback = this.transportSequenceId === undefined ? undefined : new TransportFeedbackRecorder();
  }

  /** Packets that were forged, malformed or came twice. */
  get packetsRefused(): number {
    return this.srtp.failures + this.srtp.replays;
  }

  /** From the next access units on the tracks are recorded; undefined ends that. */
  recordInto(recording: RecordingTarget | undefined): void {
    for (const track of this.tracks) track.recordInto(recording);
  }

  /** From the next packet on all go to `target` too, as they come; undefined ends that. */
  forwardTo(target: PacketTarget | undefined): void {
    this.target = target;
  }

  /** Whoever watches or records has use for a key frame, now and again until one comes. */
  requestKeyframe(): void {
    for (const track of this.tracks) if (track.isVideo) track.requestKeyframe();
  }

  /** The publisher begins: normally with a key frame. */
  expectKeyframe(nowMs: number): void {
    for (const track of this.tracks) if (track.isVideo) track.expectKeyframe(nowMs);
  }

  /** SRTP or SRTCP. A packet may wait for others until `drained`. @returns true when the slot is kept */
  receive(slot: number, length: number, nowMs: number): boolean {
    if (!isRtcp(this.memory.bytes, slot)) {
      this.packets[this.waiting++]?.set(slot, length, nowMs);
      if (this.waiting === this.packets.length) this.open();
      return true;
    }
    this.open();
    this.receiveRtcp(slot, length, nowMs);
    return false;
  }

  /** No more packets are there at present: those that waited for others go on. */
  drained(): void {
    this.open();
    this.target?.drained();
  }

  private open(): void {
    const count = this.waiting;
    this.waiting = 0;
    if (count === 0) return;
    this.srtp.unprotectTogether(this.memory.bytes, this.packets, count);
    for (let i = 0; i < count; i++) {
      const packet = this.packets[i];
      if (packet !== undefined && !this.receiveRtp(packet)) this.environment.slots.release(packet.offset);
    }
  }

  /** @param packet compound RTCP in the clear. @returns the SRTCP packet */
  seal(packet: Uint8Array): Uint8Array {
    return this.sender.protectRtcp(packet);
  }

  /** The publisher is silent: nothing of it is waited for any more. */
  flush(): void {
    this.drained();
    for (const track of this.tracks) track.flush();
  }

  /** What waited for others is thrown away. */
  close(): void {
    for (const packet of this.packets.slice(0, this.waiting)) this.environment.slots.release(packet.offset);
    this.waiting = 0;
    for (const track of this.tracks) track.close();
    this.srtp.close();
    this.sender.close();
  }

  /** @returns true when the slot is kept */
  private receiveRtp({ offset: slot, plainLength, header, arrivalMs: nowMs }: ReceivedPacket): boolean {
    if (plainLength < 0) return false;
    this.lastHeardMs = nowMs;
    this.noteTransportSequence(slot, header, nowMs);
    const source = this.sources.find(slot, header);
    if (source === undefined) {
      this.packetsWithoutTrack += 1;
      return false;
    }
    const { layer, isRetransmission } = source;
    if (isRetransmission && !this.restore(slot, plainLength, header, layer)) return false;
    this.target?.packet(layer, slot, header, plainLength, nowMs, isRetransmission);
    return layer.receive(slot, header, plainLength, nowMs, isRetransmission);
  }

  private noteTransportSequence(slot: number, header: RtpHeader, nowMs: number): void {
    if (this.feedback === undefined || this.transportSequenceId === undefined) return;
    if (!header.readExtension(this.memory.bytes, slot, this.transportSequenceId) || header.extensionLength < 2) return;
    this.feedback.received(this.memory.view.getUint16(header.extensionStart), nowMs);
  }

  /** RFC 4588. @returns false for padding, for other payload types, and before the original source was heard */
  private restore(slot: number, length: number, header: RtpHeader, { track, ssrc }: LayerReceiver): boolean {
    const { payloadType } = header;
    const format = track.formats.find(({ rtxPayloadType }) => rtxPayloadType === payloadType);
    if (ssrc === undefined || format === undefined) return false;
    return restoreOriginal(this.memory.bytes, slot, length, header, ssrc, format.payloadType);
  }

  private receiveRtcp(slot: number, length: number, nowMs: number): void {
    const plainLength = this.srtp.unprotectRtcp(this.memory.bytes, slot, length);
    if (plainLength < 0) return;
    this.lastHeardMs = nowMs;
    for (const packet of parseRtcp(this.memory.bytes, slot, plainLength, isSenderReport)) {
      if (packet.type === 'sender-report') this.receiveSenderReport(packet, nowMs);
    }
  }

  /** Of the source that is heard at present; retransmissions have reports of their own that say nothing new. */
  private receiveSenderReport(report: SenderReport, nowMs: number): void {
    const source = this.sources.bySsrc(report.ssrc);
    if (source === undefined || source.isRetransmission) return;
    const { ssrc } = source.layer;
    if (ssrc !== undefined && ssrc !== report.ssrc) return;
    source.layer.senderReport(report, nowMs);
    this.target?.senderReport(source.layer, report, nowMs);
  }
}
