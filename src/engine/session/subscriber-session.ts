import type { MediaKind } from '../../media/codecs/codec.js';
import type { PacketSource } from '../../media/forwarding/packet-source.js';
import type { SourcePacket } from '../../media/forwarding/source-packet.js';
import type { IceCredentials, NegotiatedTrack } from '../../media/sdp/session.js';
import type { DataChannels } from '../data-channels/data-channels.js';
import type { MediaKeys } from '../dtls/media-keys.js';
import type { OfferedLayer } from '../forwarding/forwarded-layer.js';
import type { SendRing } from '../forwarding/send-ring.js';
import type { Viewer } from '../forwarding/stream-forwarder.js';
import type {
  LocalTransport,
  SessionCloseReason,
  SessionState,
  SubscriberOrder,
  SubscriberStatistics,
} from '../protocol.js';
import { MediaSender } from './media-sender.js';
import { PeerConnection, type PeerMedia } from './peer-connection.js';
import type { SessionEnvironment } from './session-environment.js';
import { TrackMeter } from './track-meter.js';

const REPORT_INTERVAL_MS = 1_000;

export interface SubscriberListener {
  stateChanged(session: SubscriberSession, state: SessionState, reason: SessionCloseReason | undefined): void;
  /** It has lost what it needs to go on. */
  keyframeWanted(nowMs: number): void;
}

/** One viewer: its `PeerConnection`, and the `MediaSender` that its keys make. What it is sent comes from the `StreamForwarder`. */
export class SubscriberSession implements PeerMedia, Viewer {
  readonly streamId: string;
  readonly sessionId: string;
  private readonly connection: PeerConnection;
  private readonly meter = new TrackMeter();
  private readonly disabled = new Set<MediaKind>();
  private pinnedRid: string | undefined;
  private media: MediaSender | undefined;
  private endReports: (() => void) | undefined;

  constructor(
    private readonly order: SubscriberOrder,
    private readonly environment: SessionEnvironment,
    private readonly ring: SendRing,
    private readonly listener: SubscriberListener,
  ) {
    this.streamId = order.streamId;
    this.sessionId = order.sessionId;
    this.connection = new PeerConnection(order, environment, this);
  }

  /** Neither connected before nor closed. */
  get isPending(): boolean {
    return this.connection.isPending;
  }

  /** Our side, for the answer. */
  get transport(): LocalTransport {
    return this.connection.transport;
  }

  get packetsRefused(): number {
    return this.media?.packetsRefused ?? 0;
  }

  get lastHeardMs(): number {
    return this.media?.lastHeardMs ?? -Infinity;
  }

  get channels(): DataChannels | undefined {
    return this.connection.channels;
  }

  restartIce(remote: IceCredentials): LocalTransport {
    return this.connection.restartIce(remote);
  }

  statistics(nowMs: number): SubscriberStatistics {
    const { bytesSent = 0, packetsSent = 0 } = this.media ?? {};
    const { bitrateBps } = this.meter.read(0, bytesSent, nowMs);
    return { sessionId: this.sessionId, bytesSent, packetsSent, bitrateBps };
  }

  /** Sends media of one kind, or no longer. */
  setEnabled(kind: MediaKind, isEnabled: boolean): void {
    if (isEnabled) this.disabled.delete(kind);
    else this.disabled.add(kind);
    this.media?.setEnabled(kind, isEnabled);
  }

  /** Whatever fits, the picture is this layer for as long as it flows; undefined to choose again. */
  pinLayer(rid: string | undefined): void {
    this.pinnedRid = rid;
    this.media?.pinLayer(rid);
  }

  offer(track: NegotiatedTrack, layers: readonly OfferedLayer[], nowMs: number): void {
    this.media?.offer(track, layers, nowMs);
  }

  end(kind: MediaKind): void {
    this.media?.end(kind);
  }

  watches(source: PacketSource): boolean {
    return this.media?.watches(source) ?? false;
  }

  awaits(source: PacketSource): boolean {
    return this.media?.awaits(source) ?? false;
  }

  /** What cannot be sent is our mistake, but costs this viewer only, not the publisher. */
  forward(kind: MediaKind, source: PacketSource, packet: SourcePacket, nowMs: number): void {
    try {
      this.media?.forward(kind, source, packet, nowMs);
    } catch (error) {
      this.connection.broke(error);
    }
  }

  flush(): void {
    try {
      this.media?.flush();
    } catch (error) {
      this.connection.broke(error);
    }
  }

  receive(slot: number, length: number, nowMs: number): boolean {
    this.media?.receive(this.environment.memory.bytes, slot, length, nowMs);
    return false;
  }

  drained(): void {
    return;
  }

  close(reason: SessionCloseReason): void {
    this.connection.close(reason);
  }

  secured(keys: MediaKeys): void {
    const { clock, wheel, srtp } = this.environment;
    const { connection, ring } = this;
    const { tracks, canonicalName, controlled } = this.order;
    const media = new MediaSender({
      keys,
      srtp,
      tracks,
      canonicalName,
      ring,
      clock,
      isToServer: controlled?.localIce !== undefined,
      send: (datagram) => connection.send(datagram),
      roundTripMs: () => connection.roundTripMs,
      keyframeWanted: (nowMs) => this.listener.keyframeWanted(nowMs),
    });
    for (const kind of this.disabled) media.setEnabled(kind, false);
    media.pinLayer(this.pinnedRid);
    this.media = media;
    this.endReports = wheel.every(REPORT_INTERVAL_MS, (nowMs) => media.report(nowMs));
  }

  stateChanged(state: SessionState, reason: SessionCloseReason | undefined): void {
    if (state === 'closed') {
      this.endReports?.();
      this.media?.close();
    }
    this.listener.stateChanged(this, state, reason);
  }
}
