import type { PacketSource } from '../../media/forwarding/packet-source.js';
import type { MediaKind } from '../../media/codecs/codec.js';
import type { MediaMemory } from '../../media/memory.js';
import type { RtpHeader } from '../../media/rtp/packet.js';
import type { SenderReport } from '../../media/rtcp/packet.js';
import type { NegotiatedTrack } from '../../media/sdp/session.js';
import type { LayerReceiver } from '../session/layer-receiver.js';
import type { TrackReceiver } from '../session/track-receiver.js';
import type { OfferedLayer } from './forwarded-layer.js';
import { PacketBatch, type PacketTaker } from './packet-batch.js';
import { PublisherSources } from './publisher-sources.js';

/** Who is sent a stream. */
export interface Viewer extends PacketTaker {
  /** What there is of a track, best first: it takes one of these. Told some times per second. */
  offer(track: NegotiatedTrack, layers: readonly OfferedLayer[], nowMs: number): void;
  /** No more comes of this kind for the time being. */
  end(kind: MediaKind): void;
  /** Cannot show `source` before its next key frame. */
  awaits(source: PacketSource): boolean;
  /** Is sent `source` at present, or waits for it. */
  watches(source: PacketSource): boolean;
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
  /** No more packets are there at present. */
  drained(): void;
}

/** Requests for key frames by those who watch, all together. */
const KEYFRAME_INTERVAL_MS = 1_000;
const KINDS = ['audio', 'video'] as const;

/**
 * Sends one stream to its viewers: what comes together, as soon as no more is there, to one viewer after another. The
 * publisher and the viewers come and go independently.
 */
export class StreamForwarder implements PacketTarget {
  private readonly viewers = new Set<Viewer>();
  private publisher: ForwardedPublisher | undefined;
  private sources: PublisherSources | undefined;
  private readonly scalable = new Map<NegotiatedTrack, readonly string[]>();
  private lastRequestMs = -Infinity;
  private nowMs = 0;
  private isForwarding = false;

  private readonly batch: PacketBatch;

  constructor(private readonly memory: MediaMemory) {
    this.batch = new PacketBatch(memory.bytes);
  }

  /** Whose packets are sent from now on. */
  publishedBy(publisher: ForwardedPublisher | undefined): void {
    if (publisher === this.publisher) return;
    this.stop();
    this.publisher = publisher;
    if (this.viewers.size > 0) this.start();
  }

  /** A viewer is connected: what it needs for its first picture is asked for at once. */
  join(viewer: Viewer): void {
    this.drained();
    this.viewers.add(viewer);
    if (this.sources === undefined) this.start();
    else this.offerAll();
  }

  /** Nothing is sent to a viewer that is away: if it comes back, what it gets begins anew. */
  leave(viewer: Viewer): void {
    this.drained();
    if (!this.viewers.delete(viewer)) return;
    for (const kind of KINDS) viewer.end(kind);
    if (this.viewers.size === 0) this.stop();
  }

  /** A viewer has lost what it needs to go on. Believed once per second, whoever says it. */
  keyframeWanted(nowMs: number): void {
    if (nowMs - this.lastRequestMs < KEYFRAME_INTERVAL_MS) return;
    this.lastRequestMs = nowMs;
    this.askForKeyframes((viewer, source) => viewer.watches(source));
  }

  /** @returns names of the layers (SVC) that viewers can be sent of a track, best first; empty while nobody watches */
  scalableLayersOf(track: NegotiatedTrack): readonly string[] {
    return this.scalable.get(track) ?? [];
  }

  /** To be called some times per second. */
  tick(nowMs: number): void {
    this.nowMs = nowMs;
    if (this.sources !== undefined) this.offerAll();
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
    this.batch.add(kind, source, packet);
    if (this.batch.isFull || !packet.isKept) this.drained();
  }

  drained(): void {
    const { batch } = this;
    // Who fails while it is sent something leaves meanwhile.
    if (batch.count === 0 || this.isForwarding) return;
    this.isForwarding = true;
    for (const viewer of this.viewers) batch.forwardTo(viewer);
    this.isForwarding = false;
    batch.clear();
  }

  senderReport(layer: LayerReceiver, report: SenderReport, nowMs: number): void {
    this.drained();
    this.sources?.of(layer).senderReport(report, nowMs);
  }

  private start(): void {
    const { publisher } = this;
    if (publisher === undefined) return;
    this.sources = new PublisherSources(this.memory);
    this.offerAll();
    publisher.forwardTo(this);
  }

  private stop(): void {
    if (this.sources === undefined) return;
    this.drained();
    this.publisher?.forwardTo(undefined);
    for (const viewer of this.viewers) for (const kind of KINDS) viewer.end(kind);
    this.sources.close();
    this.sources = undefined;
    this.scalable.clear();
  }

  private offerAll(): void {
    for (const receiver of this.publisher?.receivers ?? []) {
      const layers = this.sources?.layersOf(receiver, this.nowMs) ?? [];
      if (receiver.layers.length === 1)
        this.scalable.set(
          receiver.track,
          layers.flatMap(({ rid }) => rid ?? []),
        );
      for (const viewer of this.viewers) viewer.offer(receiver.track, layers, this.nowMs);
    }
    this.askForKeyframes((viewer, source) => viewer.awaits(source));
  }

  /** Of what is needed. Repeated by the layers themselves until one comes. */
  private askForKeyframes(needs: (viewer: Viewer, source: PacketSource) => boolean): void {
    const viewers = [...this.viewers];
    for (const { isVideo, layers } of this.publisher?.receivers ?? []) {
      if (!isVideo) continue;
      for (const layer of layers) {
        const source = this.sources?.of(layer);
        if (source !== undefined && viewers.some((viewer) => needs(viewer, source))) layer.keyframes.want();
      }
    }
  }
}
