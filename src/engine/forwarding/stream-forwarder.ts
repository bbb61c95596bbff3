import type { SourcePacket } from '../../media/forwarding/source-packet.js';
import type { PacketSource } from '../../media/forwarding/packet-source.js';
import type { MediaKind } from '../../media/codecs/codec.js';
import type { MediaMemory } from '../../media/memory.js';
import type { RtpHeader } from '../../media/rtp/packet.js';
import type { SenderReport } from '../../media/rtcp/packet.js';
import type { NegotiatedTrack } from '../../media/sdp/session.js';
import type { LayerReceiver } from '../session/layer-receiver.js';
import type { TrackReceiver } from '../session/track-receiver.js';
import { PublisherSources } from './publisher-sources.js';

/** Who is sent a stream. */
export interface Viewer {
  /** From the source's next key frame on, sound at once; undefined for nothing. */
  choose(kind: MediaKind, source: PacketSource | undefined, track: NegotiatedTrack | undefined): void;
  /** Sends a packet on. Never throws: its own failure is its own. */
  forward(kind: MediaKind, source: PacketSource, packet: SourcePacket, nowMs: number): void;
  /** Cannot show `source` before its next key frame. */
  awaits(source: PacketSource): boolean;
}

/** Where a publisher's packets come from. */
export interface ForwardedPublisher {
  /** None before there are keys. */
  readonly receivers: readonly TrackReceiver[];
  forwardTo(target: PacketTarget | undefined): void;
}

/** Who takes a publisher's packets as they come, in the clear, before they are put in order. */
export interface PacketTarget {
  /** `header` is that of the original packet where this is a retransmission. The bytes are borrowed. */
  packet(
    layer: LayerReceiver,
    slot: number,
    header: RtpHeader,
    length: number,
    nowMs: number,
    isRetransmission: boolean,
  ): void;
  senderReport(layer: LayerReceiver, report: SenderReport, nowMs: number): void;
}

/** Requests for key frames by those who watch, all together. */
const KEYFRAME_INTERVAL_MS = 1_000;

/**
 * Sends one stream to its viewers: each packet at the moment it comes, to one viewer after another. The publisher and the
 * viewers come and go independently.
 */
export class StreamForwarder implements PacketTarget {
  private readonly viewers = new Set<Viewer>();
  private publisher: ForwardedPublisher | undefined;
  private sources: PublisherSources | undefined;
  /** The layer of each track that is sent. */
  private readonly chosen = new Map<TrackReceiver, LayerReceiver>();
  private lastRequestMs = -Infinity;

  constructor(private readonly memory: MediaMemory) {}

  /** Whose packets are sent from now on. */
  publishedBy(publisher: ForwardedPublisher | undefined): void {
    if (publisher === this.publisher) return;
    this.stop();
    this.publisher = publisher;
    if (this.viewers.size > 0) this.start();
  }

  /** A viewer is connected: what it needs for its first picture is asked for at once. */
  join(viewer: Viewer): void {
    this.viewers.add(viewer);
    if (this.sources === undefined) this.start();
    else for (const [receiver, layer] of this.chosen) this.tell(viewer, receiver, layer);
    this.askForKeyframes();
  }

  leave(viewer: Viewer): void {
    if (!this.viewers.delete(viewer)) return;
    if (this.viewers.size === 0) this.stop();
  }

  /** A viewer has lost what it needs to go on. Believed once per second, whoever says it. */
  keyframeWanted(nowMs: number): void {
    if (nowMs - this.lastRequestMs < KEYFRAME_INTERVAL_MS) return;
    this.lastRequestMs = nowMs;
    for (const [{ isVideo }, layer] of this.chosen) if (isVideo) layer.keyframes.want();
  }

  /** To be called some times per second. */
  tick(): void {
    if (this.sources === undefined) return;
    for (const receiver of this.publisher?.receivers ?? []) {
      const layer = receiver.currentLayer;
      if (layer !== undefined && layer !== this.chosen.get(receiver)) this.change(receiver, layer);
    }
    this.askForKeyframes();
  }

  packet(
    layer: LayerReceiver,
    slot: number,
    header: RtpHeader,
    length: number,
    nowMs: number,
    isRetransmission: boolean,
  ): void {
    const { sources } = this;
    const packet = sources?.receive(layer, slot, header, length, nowMs, isRetransmission);
    if (sources === undefined || packet === undefined) return;
    const { kind } = layer.track;
    const source = sources.of(layer);
    for (const viewer of this.viewers) viewer.forward(kind, source, packet, nowMs);
  }

  senderReport(layer: LayerReceiver, report: SenderReport, nowMs: number): void {
    this.sources?.of(layer).senderReport(report, nowMs);
  }

  private start(): void {
    const { publisher } = this;
    if (publisher === undefined) return;
    this.sources = new PublisherSources(this.memory);
    for (const receiver of publisher.receivers) {
      const layer = receiver.currentLayer ?? receiver.layers[0];
      if (layer !== undefined) this.change(receiver, layer);
    }
    publisher.forwardTo(this);
    this.askForKeyframes();
  }

  private stop(): void {
    if (this.sources === undefined) return;
    this.publisher?.forwardTo(undefined);
    for (const receiver of this.chosen.keys())
      for (const viewer of this.viewers) viewer.choose(receiver.track.kind, undefined, undefined);
    this.chosen.clear();
    this.sources.close();
    this.sources = undefined;
  }

  private change(receiver: TrackReceiver, layer: LayerReceiver): void {
    this.chosen.set(receiver, layer);
    for (const viewer of this.viewers) this.tell(viewer, receiver, layer);
  }

  private tell(viewer: Viewer, { track }: TrackReceiver, layer: LayerReceiver): void {
    viewer.choose(track.kind, this.sources?.of(layer), track);
  }

  /** Repeated by the layers themselves until one comes. */
  private askForKeyframes(): void {
    for (const [{ isVideo }, layer] of this.chosen) if (isVideo && this.isAwaited(layer)) layer.keyframes.want();
  }

  private isAwaited(layer: LayerReceiver): boolean {
    const source = this.sources?.find(layer);
    if (source === undefined) return false;
    for (const viewer of this.viewers) if (viewer.awaits(source)) return true;
    return false;
  }
}
