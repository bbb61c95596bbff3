import { randomBytes, randomInt } from 'node:crypto';
import type { IceCredentials, NegotiatedTrack } from '../../media/sdp/session.js';
import { negotiateSetup } from '../../media/sdp/setup.js';
import { IceAgent, type IceDatagram } from '../../media/stun/ice-agent.js';
import type { TransportAddress } from '../../media/stun/transport-address.js';
import { QueuedDtls } from '../dtls/queued-dtls.js';
import type { MediaKeys } from '../dtls/media-keys.js';
import type { LocalTransport, PublisherOrder, SessionCloseReason, SessionState, TrackStatistics } from '../protocol.js';
import type { DatagramOwner } from '../udp/demultiplexer.js';
import { createIceCredentials, hmacSha1 } from './ice-credentials.js';
import { MediaReceiver } from './media-receiver.js';
import { RtcpScheduler } from './rtcp-scheduler.js';
import { SessionLife } from './session-life.js';
import type { SessionEnvironment } from './session-environment.js';
import type { RecordingTarget } from '../recording/recording-target.js';

const LIFE_INTERVAL_MS = 100;
const CANONICAL_NAME_BYTES = 12;

export interface PublisherListener {
  stateChanged(session: PublisherSession, state: SessionState, reason: SessionCloseReason | undefined): void;
}

/**
 * One publisher's peer connection: ICE, then DTLS, then its media. Owns everything below it; `close` is idempotent and
 * the peer going away leads there too.
 *
 * What it is given by the `Demultiplexer`, and where that goes:
 * - `stun` → `IceAgent`, whose answers leave at once. The first authentic check lets DTLS in.
 * - `dtlsDatagram` → `QueuedDtls` → `DtlsTransport`. Its keys make the `MediaReceiver` and the `RtcpScheduler`.
 * - `mediaDatagram` → `MediaReceiver` (open, find the layer) → `LayerReceiver` → `ReceiveStream` (order) → depacketizer →
 *   `AccessUnitTap` (of use?) → the `StreamRecorder` that `recordInto` named.
 *
 * docs/architecture.md has the rest of the way.
 */
export class PublisherSession implements DatagramOwner {
  readonly streamId: string;
  readonly sessionId: string;
  readonly tracks: readonly NegotiatedTrack[];
  private readonly setup: 'active' | 'passive';
  private readonly life: SessionLife;
  private readonly agent: IceAgent;
  private readonly dtls: QueuedDtls;
  private readonly endLifeTimer: () => void;
  private local = createIceCredentials();
  private media: MediaReceiver | undefined;
  private rtcp: RtcpScheduler | undefined;
  /** From before the last ICE restart: checks with it are still answered. */
  private formerUsernameFragment = '';

  constructor(
    order: PublisherOrder,
    private readonly environment: SessionEnvironment,
    private readonly listener: PublisherListener,
  ) {
    const { clock, wheel, demultiplexer, handshakes, identity } = environment;
    this.streamId = order.streamId;
    this.sessionId = order.sessionId;
    this.tracks = order.tracks;
    this.setup = negotiateSetup(order.remoteSetup);
    this.life = new SessionLife(clock.monotonicMs(), (state, reason) => this.stateChanged(state, reason));
    this.agent = new IceAgent({ local: this.local, remote: order.remoteIce, hmacSha1, randomBytes });
    this.dtls = new QueuedDtls(
      handshakes,
      { role: this.setup === 'active' ? 'client' : 'server', identity, remoteFingerprints: order.remoteFingerprints },
      {
        send: (datagram) => this.send(datagram),
        secured: (keys) => this.secured(keys),
        failed: (_message, proven) => this.handshakeFailed(proven),
        closed: () => this.close('peer-closed'),
      },
    );
    demultiplexer.expect(this.local.usernameFragment, this);
    this.endLifeTimer = wheel.every(LIFE_INTERVAL_MS, (nowMs) => this.tick(nowMs));
  }

  /** Neither connected before nor closed. */
  get isPending(): boolean {
    return this.life.state === 'new' || this.life.state === 'connecting';
  }

  /** Our side, for the answer. */
  get transport(): LocalTransport {
    const { identity, candidates } = this.environment;
    return { ice: this.local, fingerprint: identity.fingerprint, setup: this.setup, candidates };
  }

  /** RFC 8445 section 9: the pair in use goes on until one of the new credentials is nominated. */
  restartIce(remote: IceCredentials): LocalTransport {
    const { demultiplexer } = this.environment;
    demultiplexer.forget(this.formerUsernameFragment);
    this.formerUsernameFragment = this.local.usernameFragment;
    this.local = createIceCredentials();
    demultiplexer.expect(this.local.usernameFragment, this);
    this.agent.restart(this.local, remote);
    return this.transport;
  }

  /** From the next access units on a connected publisher's media is recorded; undefined ends that. */
  recordInto(recording: RecordingTarget | undefined): void {
    this.media?.recordInto(recording);
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

  /**
   * Where the first flight is ours it waits for an answer to a check of ours, or for the next tick: some peers are deaf
   * for DTLS until their own checks are done, and would have us wait for the repetition.
   */
  stun(datagram: Uint8Array, remote: TransportAddress, socketId: number, nowMs: number): boolean {
    if (this.life.state === 'closed') return false;
    const result = this.agent.receive(datagram, remote, socketId, nowMs);
    this.sendAll(result.send);
    if (!result.accepted) return false;
    this.life.checked(nowMs);
    if (this.setup === 'passive' || this.agent.roundTripMs !== undefined) this.dtls.begin();
    return this.agent.isValidated(remote, socketId);
  }

  dtlsDatagram(datagram: Uint8Array): void {
    this.dtls.receive(datagram);
  }

  /** Media that we cannot cope with is our mistake, but costs this session only, not the other streams of the worker. */
  mediaDatagram(slot: number, length: number, nowMs: number): boolean {
    try {
      return this.media?.receive(slot, length, nowMs) ?? false;
    } catch (error) {
      this.broke(error);
      return true;
    }
  }

  close(reason: SessionCloseReason): void {
    this.life.close(reason, this.environment.clock.monotonicMs());
  }

  private tick(nowMs: number): void {
    if (this.media !== undefined && this.media.lastHeardMs > this.agent.lastHeardMs)
      this.agent.heard(this.media.lastHeardMs);
    this.sendAll(this.agent.tick(nowMs));
    if (this.agent.selected !== undefined) this.dtls.begin();
    this.life.tick(nowMs, this.agent.lastHeardMs);
  }

  private secured(keys: MediaKeys): void {
    const { clock, wheel, memory, slots } = this.environment;
    const media = new MediaReceiver(keys, this.tracks, { memory, slots });
    this.media = media;
    this.rtcp = new RtcpScheduler({
      wheel,
      media,
      ssrc: randomInt(1, 2 ** 32),
      canonicalName: randomBytes(CANONICAL_NAME_BYTES).toString('base64url'),
      failed: (error) => this.broke(error),
      roundTripMs: () => this.agent.roundTripMs,
      send: (datagram) => this.send(datagram),
    });
    media.expectKeyframe(clock.monotonicMs());
    this.life.secured(clock.monotonicMs());
  }

  /** The slot in hand stays with the broken session: who holds it is not known. */
  private broke(error: unknown): void {
    process.emitWarning(error instanceof Error ? error : String(error));
    this.close('failed');
  }

  private handshakeFailed(proven: boolean): void {
    if (proven) this.close('dtls-failed');
    else this.life.handshakeRefused();
  }

  private stateChanged(state: SessionState, reason: SessionCloseReason | undefined): void {
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
    this.endLifeTimer();
    this.environment.demultiplexer.remove(this);
    this.rtcp?.close();
    if (reason !== 'failed') this.media?.flush();
    this.media?.close();
    this.dtls.close();
  }

  private sendAll(datagrams: readonly IceDatagram[]): void {
    for (const { bytes, remote, socketId } of datagrams) this.environment.port.send(bytes, remote, socketId);
  }

  private send(datagram: Uint8Array): void {
    const pair = this.agent.selected;
    if (pair !== undefined) this.environment.port.send(datagram, pair.remote, pair.socketId);
  }
}
