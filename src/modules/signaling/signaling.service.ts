import type { EngineEvent, LocalTransport, SessionCloseReason, SessionState } from '../../engine/index.js';
import { writeAnswer } from '../../media/sdp/answer.js';
import { negotiate } from '../../media/sdp/negotiation.js';
import { parseOffer } from '../../media/sdp/offer.js';
import type { Clock } from '../../shared/clock.js';
import { KeyedQueue } from '../../shared/keyed-queue.js';
import { BitrateCaps } from './bitrate-caps.js';
import { admissionFailure, EngineSessions, type SessionEngine } from './engine-sessions.js';
import { EntryGate } from './entry-gate.js';
import { reachableBy } from './lite-peer.js';
import type { LiveStream } from './live-stream.js';
import { NO_LIMITS, NodeQuotas, toldBps } from './node-quotas.js';
import type { FailureLog } from './ports/failure-log.js';
import type { RestartedIce, SubscriberSession } from './ports/listed-session.js';
import type { PublishAdmission } from './ports/publish-admission.js';
import type { SignalingListener, StreamDeletionReason } from './ports/signaling-event.js';
import type { StreamName } from './ports/stream-name.js';
import { PublisherSession } from './publisher-session.js';
import { areSamePictures } from './same-pictures.js';
import {
  LayerNotFoundError,
  StreamBusyError,
  StreamExistsError,
  StreamFullError,
  StreamNotFoundError,
  StreamNotLayeredError,
  StreamNotLiveError,
  StreamProvisionedError,
} from './signaling.errors.js';
import type { OpenedSession } from './opened-session.js';
import { patchSession } from './session-patch.js';
import { SignalingEvents } from './signaling-events.js';
import { deletionReason } from './stream-deletion.js';
import { StreamRegistry } from './stream-registry.js';
import { StreamStrategies } from './stream-strategy.js';

/** Who publishes which stream (docs/architecture.md, life of a publisher): who may come, who replaces whom, what others are told. */
export class SignalingService {
  private readonly registry: StreamRegistry;
  private readonly queue = new KeyedQueue();
  private readonly events: SignalingEvents;
  private readonly engineSessions: EngineSessions;
  private readonly admissions: PublishAdmission[] = [];
  private readonly quotas: NodeQuotas;
  private readonly bitrates: BitrateCaps;
  readonly entry = new EntryGate();

  constructor(
    engine: SessionEngine,
    private readonly clock: Clock,
    log: FailureLog,
    private readonly strategies = new StreamStrategies(),
    private readonly limits = NO_LIMITS,
  ) {
    this.quotas = new NodeQuotas(limits);
    this.bitrates = new BitrateCaps(limits, clock);
    this.events = new SignalingEvents(log);
    this.engineSessions = new EngineSessions(engine, log);
    this.registry = new StreamRegistry(clock, strategies, {
      created: (stream) => this.events.tell({ type: 'stream-created', stream }),
      ended: (stream, reason) => this.events.tell({ type: 'stream-ended', stream, reason }),
      changed: (stream) => this.events.tell({ type: 'streams-changed', stream }),
    });
    engine.on((event) => this.hear(event));
  }

  /** @returns a function that ends the listening */
  on(listener: SignalingListener): () => void {
    return this.events.on(listener);
  }

  /** Asks `admission` before each new publisher, after those that were there before. */
  admitWith(admission: PublishAdmission): void {
    this.admissions.push(admission);
  }

  /**
   * A WHIP client's offer (RFC 9725 section 4.2).
   *
   * @param hops where the stream has come by, last first
   * @throws {SdpError} @throws {NoAcceptableCodecError} @throws {StreamBusyError} @throws {StreamNotFoundError}
   * @throws {NodeDrainingError} @throws {NodeFullError} @throws {BitrateExceededError} @throws {PeerAddressForbiddenError} @throws what `NodeQuotas`, an
   * admission or a listener of `publisher-opened` threw
   */
  async publish(stream: StreamName, offerText: string, hops: readonly string[] = []): Promise<OpenedSession> {
    const offer = reachableBy(parseOffer(offerText), this.limits.mayAsk);
    const tracks = negotiate(offer);
    const session = new PublisherSession(stream, offer, tracks, this.clock.epochMs(), hops);
    const transport = await this.letIn(session);
    const answer = writeAnswer(offer, tracks, transport, 1, toldBps(this.limits));
    return { sessionId: session.id, answer, entityTag: session.entityTag };
  }

  /** The session has its stream from now on. @returns our side of it @throws as `publish` */
  letIn(session: PublisherSession): Promise<LocalTransport> {
    const { stream } = session;
    return this.queue.run(stream, async () => {
      this.assertPublishable(stream);
      this.bitrates.admit(stream);
      for (const admit of this.admissions) await admit(stream);
      this.quotas.admitPublisher(this, stream);
      return this.open(session);
    });
  }

  /**
   * Trickled candidates, or an ICE restart, of a publisher or a subscriber: see `patchSession`.
   *
   * @param ifMatch the header as received
   * @returns our side of a restart, undefined for candidates
   */
  patch(
    stream: StreamName,
    sessionId: string,
    fragmentText: string,
    ifMatch: string | undefined,
  ): Promise<RestartedIce | undefined> {
    return this.queue.run(stream, () => {
      const subscriber = this.registry.find(stream)?.findSubscriber(sessionId);
      if (subscriber !== undefined) return subscriber.patch(fragmentText, ifMatch);
      return patchSession(this.session(stream, sessionId), this.engineSessions, fragmentText, ifMatch);
    });
  }

  /** The publisher says goodbye, or a subscriber; one that was lost a moment ago may still do so. Anybody who may can send him off. */
  end(stream: StreamName, sessionId: string): Promise<void> {
    return this.queue.run(stream, async () => {
      const subscriber = this.registry.find(stream)?.findSubscriber(sessionId);
      if (subscriber !== undefined) {
        await subscriber.close('requested');
        return;
      }
      const session = this.session(stream, sessionId);
      if (session.isLost) this.sayGoodbye(session);
      else await this.close(session, 'requested');
    });
  }

  /** @throws {SessionNotFoundError} */
  session(stream: StreamName, sessionId: string): PublisherSession {
    return this.registry.session(stream, sessionId);
  }

  /** @throws {StreamExistsError} @throws {StreamProvisionedError} @throws {StreamQuotaError} */
  createStream(stream: StreamName): Promise<void> {
    return this.queue.run(stream, () => {
      const live = this.registry.find(stream);
      if (live?.isProvisioned === true) throw new StreamProvisionedError(stream);
      if (live !== undefined) throw new StreamExistsError(stream);
      this.quotas.admitStream(this, stream);
      this.registry.create(stream, 'requested');
      return Promise.resolve();
    });
  }

  /** A stream of the configuration: always there. */
  provision(stream: StreamName, isOnDemand = false): void {
    this.registry.create(stream, 'provisioned').isOnDemand = isOnDemand;
  }

  /**
   * Ends the stream, its sessions and its recording.
   *
   * @throws {StreamNotFoundError} @throws {StreamProvisionedError}
   */
  deleteStream(stream: StreamName, reason: StreamDeletionReason = 'api-deleted'): Promise<void> {
    return this.queue.run(stream, async () => {
      const live = this.registry.stream(stream);
      if (live.isProvisioned) throw new StreamProvisionedError(stream);
      await this.events.announce({ type: 'stream-deleted', stream });
      if (live.publisher !== undefined) await this.close(live.publisher, 'requested');
      await Promise.all(live.openSubscribers.map((subscriber) => subscriber.close('requested')));
      this.registry.remove(live, reason);
    });
  }

  /** @returns streams that nobody wants any more, and why */
  unwantedStreams(): [StreamName, StreamDeletionReason][] {
    const nowMs = this.clock.epochMs();
    return this.streams().flatMap((live) => {
      const reason = deletionReason(live, this.strategies.of(live.name), nowMs);
      return reason === undefined ? [] : [[live.name, reason] as [StreamName, StreamDeletionReason]];
    });
  }

  /** Asked before a viewer is let in, while so many watch any stream of this node. @throws {StreamFullError} @throws as `assertForwardable` */
  assertSubscribable(stream: StreamName, watching: number): void {
    this.assertForwardable(stream, watching);
    const { mostSubscribers } = this.strategies.of(stream);
    const viewers = this.registry.find(stream)?.viewerCount ?? 0;
    if (viewers >= mostSubscribers) throw new StreamFullError(stream, mostSubscribers);
  }

  /**
   * Asked before the stream is sent to another server.
   * @throws {NodeDrainingError} @throws {StreamNotLiveError} @throws what `NodeQuotas` throws
   */
  assertForwardable(stream: StreamName, watching: number): void {
    this.entry.assertOpen();
    const { autoCreateWhep } = this.strategies.of(stream);
    if (!autoCreateWhep && this.registry.find(stream) === undefined) throw new StreamNotLiveError(stream);
    this.quotas.admitSubscriber(this, stream, watching);
  }

  /** Runs `task` when it is its turn among all that changes the sessions of a stream. */
  inTurn<T>(stream: StreamName, task: () => Promise<T>): Promise<T> {
    return this.queue.run(stream, task);
  }

  /** Lists show it from now on. */
  subscriberOpened(session: SubscriberSession): void {
    this.registry.addSubscriber(session);
    this.events.tell({ type: 'subscriber-opened', stream: session.stream, sessionId: session.id });
  }

  subscriberState({ stream, id }: SubscriberSession, state: Exclude<SessionState, 'closed'>): void {
    this.events.tell({ type: 'subscriber-state', stream, sessionId: id, state });
  }

  /** Its state is `closed`, its time of leaving is set. */
  subscriberClosed(session: SubscriberSession, reason: SessionCloseReason): void {
    this.registry.subscriberClosed(session);
    this.events.tell({ type: 'subscriber-closed', stream: session.stream, sessionId: session.id, reason });
  }

  /** It never connected: no list shows it. */
  subscriberTurnedAway(session: SubscriberSession): void {
    this.registry.forgetSubscriber(session);
  }

  /** What somebody needs for a session: the right by which it was made. @throws {SessionNotFoundError} */
  rightFor(stream: StreamName, sessionId: string): 'publish' | 'watch' {
    if (this.registry.find(stream)?.findSubscriber(sessionId) !== undefined) return 'watch';
    this.session(stream, sessionId);
    return 'publish';
  }

  /** @throws {SessionNotFoundError} */
  subscriber(stream: StreamName, sessionId: string): SubscriberSession {
    return this.registry.subscriber(stream, sessionId);
  }

  /**
   * The layers that a subscriber may choose from: of simulcast in alphabetical order, of one stream (SVC) best first.
   * @throws {SessionNotFoundError} @throws {StreamNotLayeredError}
   */
  layersFor(stream: StreamName, sessionId: string): readonly string[] {
    this.subscriber(stream, sessionId);
    const { layers } = this.stream(stream);
    if (layers.length === 0) throw new StreamNotLayeredError(stream);
    return layers;
  }

  /**
   * Sends a subscriber one layer, whatever fits.
   *
   * @param layer undefined for the first one
   * @throws {SessionNotFoundError} @throws {StreamNotLayeredError} @throws {LayerNotFoundError} @throws {EngineUnavailableError}
   */
  async selectLayer(stream: StreamName, sessionId: string, layer: string | undefined): Promise<void> {
    const layers = this.layersFor(stream, sessionId);
    const chosen = layer ?? layers[0];
    if (chosen === undefined || !layers.includes(chosen)) throw new LayerNotFoundError(layer ?? '', layers);
    await this.subscriber(stream, sessionId).selectLayer(chosen);
  }

  /** @returns undefined for one that no list shows */
  findStream(stream: string): LiveStream | undefined {
    return this.registry.find(stream);
  }

  /** @throws {StreamNotFoundError} */
  stream(stream: StreamName): LiveStream {
    return this.registry.stream(stream);
  }

  /** @param names only these, when given and not empty @returns in the order of their names */
  streams(names: readonly string[] = []): LiveStream[] {
    return this.registry.list(names);
  }

  /** Told by the recorder: shown in lists, and keeps a stream listed while its publisher is away. */
  setRecording(stream: StreamName, isRecording: boolean): void {
    this.registry.setRecording(stream, isRecording);
  }

  get publisherCount(): number {
    return this.streams().filter(({ publisher }) => publisher !== undefined).length;
  }

  /** From now on nobody new is let in; publishers that are here stay. @param to see {@link EntryGate.close} */
  drain(to?: string): void {
    if (this.entry.close(to)) this.events.tell({ type: 'draining' });
  }

  /** The server ends, and nothing of the stream is kept any more: its publisher and its viewers may go elsewhere at once. */
  sendAway(stream: StreamName): Promise<void> {
    return this.queue.run(stream, async () => {
      const live = this.registry.find(stream);
      if (live?.publisher !== undefined) await this.close(live.publisher, 'shutdown');
      await Promise.all((live?.openSubscribers ?? []).map((subscriber) => subscriber.close('shutdown')));
    });
  }

  /** The first step of a shutdown: recordings end next, then the engine. */
  onModuleDestroy(): void {
    this.drain();
  }

  /** @throws {NodeDrainingError} @throws {StreamBusyError} @throws {StreamNotFoundError} */
  assertPublishable(stream: StreamName): void {
    this.entry.assertOpen();
    const live = this.registry.find(stream);
    if (live?.publisher?.state === 'connected') throw new StreamBusyError(stream);
    if (live === undefined && !this.strategies.of(stream).autoCreateWhip) throw new StreamNotFoundError(stream);
  }

  private async open(session: PublisherSession): Promise<LocalTransport> {
    const before = this.registry.find(session.stream)?.publisher;
    if (before !== undefined) await this.close(before, 'replaced');
    this.registry.add(session);
    try {
      const transport = await this.engineSessions.openPublisher(session, toldBps(this.limits));
      await this.events.announce({
        type: 'publisher-opened',
        stream: session.stream,
        sessionId: session.id,
        tracks: session.tracks,
      });
      return transport;
    } catch (error) {
      await this.turnAway(session);
      throw admissionFailure(error);
    }
  }

  /** It never connected, and no list shows it. Told before the engine can: this is nobody's goodbye. */
  private async turnAway(session: PublisherSession): Promise<void> {
    this.closed(session, 'connect-timeout');
    this.registry.forget(session);
    await this.engineSessions.close(session, 'requested');
  }

  /** Its transport's own farewell may be quicker than the one that was asked for here. */
  private async close(session: PublisherSession, reason: SessionCloseReason): Promise<void> {
    await this.engineSessions.close(session, reason);
    if (session.isLost && reason === 'requested') this.sayGoodbye(session);
    else this.closed(session, reason);
  }

  private sayGoodbye(session: PublisherSession): void {
    this.registry.removeAddress(session);
    if (this.registry.find(session.stream)?.session !== session) return;
    this.events.tell({ type: 'publisher-closed', stream: session.stream, sessionId: session.id, reason: 'requested' });
  }

  private hear(event: EngineEvent): void {
    if (event.type === 'stream-statistics') this.hearStatistics(event);
    else if (event.type === 'session-state') this.hearState(event);
    else if (event.type === 'worker-lost') this.hearLoss(event.streamIds);
  }

  private hearStatistics({ streamId, tracks }: Extract<EngineEvent, { type: 'stream-statistics' }>): void {
    const publisher = this.registry.find(streamId)?.publisher;
    if (publisher === undefined) return;
    const { stream, statistics: before } = publisher;
    publisher.statistics = tracks;
    if (this.bitrates.isExceeded(stream, publisher.id, publisher.traffic.bitrate))
      void this.queue.run(stream, () => this.close(publisher, 'bitrate-exceeded'));
    this.events.tell({ type: 'statistics', stream, tracks });
    if (!areSamePictures(before, tracks)) this.events.tell({ type: 'streams-changed', stream });
  }

  private hearState(event: Extract<EngineEvent, { type: 'session-state' }>): void {
    const session = this.registry.findSession(event.sessionId);
    if (session === undefined || session.isClosed) return;
    if (event.state === 'closed') {
      this.closed(session, event.reason ?? 'consent-lost');
      return;
    }
    session.enter(event.state);
    this.events.tell({ type: 'publisher-state', stream: session.stream, sessionId: session.id, state: event.state });
  }

  private hearLoss(streamIds: readonly string[]): void {
    for (const streamId of streamIds) {
      const publisher = this.registry.find(streamId)?.publisher;
      if (publisher !== undefined) this.closed(publisher, 'worker-lost');
    }
  }

  private closed(session: PublisherSession, reason: SessionCloseReason): void {
    if (session.isClosed) return;
    session.ended(reason, this.clock.epochMs());
    this.bitrates.forget(session.id);
    this.registry.closed(session);
    this.events.tell({ type: 'publisher-closed', stream: session.stream, sessionId: session.id, reason });
  }
}
