import { randomBytes, randomInt } from 'node:crypto';
import type { IceCredentials, NegotiatedTrack } from '../../media/sdp/session.js';
import type { DataChannels } from '../data-channels/data-channels.js';
import type { MediaKeys } from '../dtls/media-keys.js';
import type { LocalTransport, PublisherOrder, SessionCloseReason, SessionState, TrackStatistics } from '../protocol.js';
import type { ForwardedPublisher, PacketTarget } from '../forwarding/stream-forwarder.js';
import type { RecordingTarget } from '../recording/recording-target.js';
import { MediaReceiver } from './media-receiver.js';
import type { TrackReceiver } from './track-receiver.js';
import { PeerConnection, type PeerMedia } from './peer-connection.js';
import { RtcpScheduler } from './rtcp-scheduler.js';
import type { SessionEnvironment } from './session-environment.js';

const CANONICAL_NAME_BYTES = 12;

export interface PublisherListener {
  stateChanged(session: PublisherSession, state: SessionState, reason: SessionCloseReason | undefined): void;
}

/**
 * One publisher: its `PeerConnection` and its media. Its keys make the `MediaReceiver` and the `RtcpScheduler`; what it sends
 * goes through the `MediaReceiver` (open, find the layer) → `LayerReceiver` → `ReceiveStream` (order) → depacketizer →
 * `AccessUnitTap` (of use?) → the `StreamRecorder` that `recordInto` named.
 *
 * docs/architecture.md has the rest of the way.
 */
export class PublisherSession implements PeerMedia, ForwardedPublisher {
  readonly streamId: string;
  readonly sessionId: string;
  readonly tracks: readonly NegotiatedTrack[];
  private readonly mostBitsPerSecond: number | undefined;
  private readonly connection: PeerConnection;
  private media: MediaReceiver | undefined;
  private rtcp: RtcpScheduler | undefined;

  constructor(
    order: PublisherOrder,
    private readonly environment: SessionEnvironment,
    private readonly listener: PublisherListener,
  ) {
    this.streamId = order.streamId;
    this.sessionId = order.sessionId;
    this.tracks = order.tracks;
    this.mostBitsPerSecond = order.mostBitsPerSecond;
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

  get channels(): DataChannels | undefined {
    return this.connection.channels;
  }

  restartIce(remote: IceCredentials): LocalTransport {
    return this.connection.restartIce(remote);
  }

  /** From the next access units on a connected publisher's media is recorded; undefined ends that. */
  recordInto(recording: RecordingTarget | undefined): void {
    this.media?.recordInto(recording);
  }

  /** None before there are keys. */
  get receivers(): readonly TrackReceiver[] {
    return this.media?.tracks ?? [];
  }

  /** From the next packet on a connected publisher's packets go to its viewers too; undefined ends that. */
  forwardTo(target: PacketTarget | undefined): void {
    this.media?.forwardTo(target);
  }

  /** Asks the publisher for a key frame, now and again until one comes. */
  requestKeyframe(): void {
    this.media?.requestKeyframe();
  }

  statistics(nowMs: number): TrackStatistics[] {
    return (this.media?.tracks ?? []).map((track) => track.statistics(nowMs));
  }

  get packetsRefused(): number {
    return this.media?.packetsRefused ?? 0;
  }

  get lastHeardMs(): number {
    return this.media?.lastHeardMs ?? -Infinity;
  }

  receive(slot: number, length: number, nowMs: number): boolean {
    return this.media?.receive(slot, length, nowMs) ?? false;
  }

  drained(): void {
    this.media?.drained();
  }

  close(reason: SessionCloseReason): void {
    this.connection.close(reason);
  }

  secured(keys: MediaKeys): void {
    const { clock, wheel, memory, slots, srtp } = this.environment;
    const { connection } = this;
    const media = new MediaReceiver(keys, this.tracks, { memory, slots, srtp });
    this.media = media;
    this.rtcp = new RtcpScheduler({
      wheel,
      media,
      mostBitsPerSecond: this.mostBitsPerSecond,
      ssrc: randomInt(1, 2 ** 32),
      canonicalName: randomBytes(CANONICAL_NAME_BYTES).toString('base64url'),
      failed: (error) => connection.broke(error),
      roundTripMs: () => connection.roundTripMs,
      send: (datagram) => connection.send(datagram),
    });
    media.expectKeyframe(clock.monotonicMs());
  }

  stateChanged(state: SessionState, reason: SessionCloseReason | undefined): void {
    if (state === 'disconnected') this.pause();
    else if (state === 'connected') this.resume();
    else if (state === 'closed') this.release(reason);
    this.listener.stateChanged(this, state, reason);
  }

  private pause(): void {
    this.media?.flush();
    this.rtcp?.pause();
  }

  private resume(): void {
    this.rtcp?.resume();
    this.media?.requestKeyframe();
  }

  private release(reason: SessionCloseReason | undefined): void {
    this.rtcp?.close();
    if (reason !== 'failed') this.media?.flush();
    this.media?.close();
  }
}
