import { randomBytes } from 'node:crypto';
import type { IceCredentials } from '../../media/sdp/session.js';
import { negotiateSetup } from '../../media/sdp/setup.js';
import { ControllingAgent } from '../../media/stun/controlling-agent.js';
import { IceAgent, type IceDatagram, type SelectedPair } from '../../media/stun/ice-agent.js';
import type { TransportAddress } from '../../media/stun/transport-address.js';
import { checkedPairs } from '../client/checked-pairs.js';
import { DataChannels } from '../data-channels/data-channels.js';
import { QueuedDtls } from '../dtls/queued-dtls.js';
import type { MediaKeys } from '../dtls/media-keys.js';
import { EngineError } from '../engine-error.js';
import type { LocalTransport, PeerOrder, SessionCloseReason, SessionState } from '../protocol.js';
import type { DatagramOwner } from '../udp/demultiplexer.js';
import type { UdpPort } from '../udp/udp-port.js';
import { createIceCredentials, hmacSha1 } from './ice-credentials.js';
import { SessionLife } from './session-life.js';
import type { SessionEnvironment } from './session-environment.js';

const LIFE_INTERVAL_MS = 100;

/** What goes over a connection. */
export interface PeerMedia {
  /** When the last authentic packet came; -Infinity before the first. */
  readonly lastHeardMs: number;
  /** The peers have proved themselves: media may flow. Not called where they agreed on none. */
  secured(keys: MediaKeys): void;
  /** SRTP or SRTCP. @returns true when the slot is kept */
  receive(slot: number, length: number, nowMs: number): boolean;
  /** What waited for more to come waits no longer. */
  drained(): void;
  /** `closed` comes once and last. */
  stateChanged(state: SessionState, reason: SessionCloseReason | undefined): void;
}

/**
 * One peer connection: ICE, then DTLS, then media. `close` is idempotent and the peer going away leads there too.
 *
 * What it is given by the `Demultiplexer`, and where that goes:
 * - `stun` → `IceAgent`, whose answers leave at once. The first authentic check lets DTLS in.
 * - `dtlsDatagram` → `QueuedDtls` → `DtlsTransport`, which has keys for media at its end.
 * - `mediaDatagram` → the `PeerMedia` of a publisher or a subscriber.
 */
export class PeerConnection implements DatagramOwner {
  private readonly setup: 'active' | 'passive';
  private readonly life: SessionLife;
  private readonly agent: IceAgent | ControllingAgent;
  private readonly port: Pick<UdpPort, 'send' | 'attach' | 'detach'>;
  private readonly dtls: QueuedDtls;
  /** Undefined where the peer offers none. */
  readonly channels: DataChannels | undefined;
  private readonly endLifeTimer: () => void;
  private local: IceCredentials;
  /** The pair that the port was told of, once there are keys. */
  private attached: SelectedPair | undefined;
  private isSecured = false;
  /** From before the last ICE restart: checks with it are still answered. */
  private formerUsernameFragment = '';

  constructor(
    order: PeerOrder,
    private readonly environment: SessionEnvironment,
    private readonly media: PeerMedia,
  ) {
    const { clock, wheel, demultiplexer, handshakes, identity } = environment;
    this.setup = negotiateSetup(order.remoteSetup);
    this.local = order.controlled?.localIce ?? createIceCredentials();
    this.port = environment.ownPort ?? environment.port;
    this.life = new SessionLife(clock.monotonicMs(), (state, reason) => this.stateChanged(state, reason));
    this.agent = this.createAgent(order);
    this.dtls = new QueuedDtls(
      handshakes,
      {
        role: this.setup === 'active' ? 'client' : 'server',
        identity,
        remoteFingerprints: order.remoteFingerprints,
        isDataOnly: order.tracks.length === 0,
      },
      {
        send: (datagram) => this.send(datagram),
        secured: (keys) => this.secured(keys),
        failed: (_message, proven) => this.handshakeFailed(proven),
        closed: () => this.close('peer-closed'),
        ...(order.data === undefined ? {} : { data: (packet: Uint8Array) => this.channels?.receive(packet) }),
      },
    );
    this.channels = this.createChannels(order);
    demultiplexer.expect(this.local.usernameFragment, this);
    this.endLifeTimer = wheel.every(LIFE_INTERVAL_MS, (nowMs) => this.tick(nowMs));
  }

  /** Neither connected before nor closed. */
  get isPending(): boolean {
    return this.life.state === 'new' || this.life.state === 'connecting';
  }

  /** Our side, for the answer. Who is checked by us from a port of its own learns where that is by the checks. */
  get transport(): LocalTransport {
    const { identity, candidates, ownPort, dataLimits } = this.environment;
    const { local: ice, setup, channels } = this;
    const { fingerprint } = identity;
    const transport = { ice, fingerprint, setup, candidates: ownPort === undefined ? candidates : [] };
    return channels === undefined ? transport : { ...transport, mostMessageBytes: dataLimits.mostMessageBytes };
  }

  /** Of the path to the peer; undefined while unknown. */
  get roundTripMs(): number | undefined {
    return this.agent.roundTripMs;
  }

  get lastHeardMs(): number {
    return Math.max(this.media.lastHeardMs, this.agent.lastHeardMs);
  }

  /** RFC 8445 section 9: the pair in use goes on until one of the new credentials is nominated. */
  restartIce(remote: IceCredentials): LocalTransport {
    const { demultiplexer } = this.environment;
    const { agent } = this;
    if (!(agent instanceof IceAgent)) throw new EngineError('unknown-session', 'Its peer cannot restart this session.');
    demultiplexer.forget(this.formerUsernameFragment);
    this.formerUsernameFragment = this.local.usernameFragment;
    this.local = createIceCredentials();
    demultiplexer.expect(this.local.usernameFragment, this);
    agent.restart(this.local, remote);
    return this.transport;
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
      return this.media.receive(slot, length, nowMs);
    } catch (error) {
      this.broke(error);
      return true;
    }
  }

  mediaDrained(): void {
    try {
      this.media.drained();
    } catch (error) {
      this.broke(error);
    }
  }

  /** To the address in use; nowhere before there is one. @param datagram may be used again at once */
  send(datagram: Uint8Array): void {
    const pair = this.agent.selected;
    if (pair !== undefined) this.port.send(datagram, pair.remote, pair.socketId);
  }

  close(reason: SessionCloseReason): void {
    this.life.close(reason, this.environment.clock.monotonicMs());
  }

  /** The session could not cope with something. The slot in hand stays with it: who holds it is not known. */
  broke(error: unknown): void {
    process.emitWarning(error instanceof Error ? error : String(error));
    this.close('failed');
  }

  /** Answers to checks have no name on them: they are ours by where they come from. */
  private createAgent({ controlled, remoteIce }: PeerOrder): IceAgent | ControllingAgent {
    const { ownPort, demultiplexer } = this.environment;
    const common = { local: this.local, remote: remoteIce, hmacSha1, randomBytes };
    if (controlled === undefined || ownPort === undefined) return new IceAgent(common);
    const pairs = checkedPairs(controlled.candidates, ownPort.sockets);
    for (const { remote, socketId } of pairs) demultiplexer.expectFrom(remote, socketId, this);
    return new ControllingAgent({ ...common, pairs });
  }

  private createChannels({ data, controlled }: PeerOrder): DataChannels | undefined {
    if (data === undefined) return undefined;
    const { clock, wheel, dataLimits: limits } = this.environment;
    const send = (packet: Uint8Array): void => this.dtls.sendData(packet);
    const isCaller = controlled?.localIce !== undefined;
    const firstStreamId = this.setup === 'active' ? 0 : 1;
    return new DataChannels({ negotiated: data, isCaller, firstStreamId, limits, clock, wheel, send });
  }

  private tick(nowMs: number): void {
    const { lastHeardMs } = this.media;
    if (lastHeardMs > this.agent.lastHeardMs) this.agent.heard(lastHeardMs);
    this.sendAll(this.agent.tick(nowMs));
    if (this.agent.selected !== undefined) this.dtls.begin();
    if (this.isSecured) this.follow();
    this.life.tick(nowMs, this.agent.lastHeardMs);
  }

  /** Has the port expect media from where the peer is now. */
  private follow(): void {
    const { agent, attached } = this;
    const pair = agent.selected;
    if (pair === attached) return;
    const { port } = this;
    if (attached !== undefined) port.detach(attached.remote, attached.socketId);
    if (pair !== undefined) port.attach(pair.remote, pair.socketId);
    this.attached = pair;
  }

  private secured(keys: MediaKeys | undefined): void {
    if (keys !== undefined) this.media.secured(keys);
    this.isSecured = true;
    this.follow();
    this.life.secured(this.environment.clock.monotonicMs());
    this.channels?.secured();
  }

  private handshakeFailed(proven: boolean): void {
    if (proven) this.close('dtls-failed');
    else this.life.handshakeRefused(this.environment.clock.monotonicMs());
  }

  private stateChanged(state: SessionState, reason: SessionCloseReason | undefined): void {
    if (state === 'closed') {
      this.endLifeTimer();
      this.environment.demultiplexer.remove(this);
    }
    this.media.stateChanged(state, reason);
    if (reason === 'dtls-failed' || reason === 'connect-timeout') this.dtls.timedOut();
    if (state === 'closed') this.release();
  }

  private release(): void {
    this.channels?.close();
    this.dtls.close();
    const { attached } = this;
    if (attached !== undefined) this.port.detach(attached.remote, attached.socketId);
    this.attached = undefined;
    this.isSecured = false;
    void this.environment.ownPort?.close();
  }

  private sendAll(datagrams: readonly IceDatagram[]): void {
    for (const { bytes, remote, socketId } of datagrams) this.port.send(bytes, remote, socketId);
  }
}
