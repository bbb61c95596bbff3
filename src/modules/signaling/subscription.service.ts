import type { EngineEvent, LocalTransport, SessionCloseReason } from '../../engine/index.js';
import type { MediaKind } from '../../media/codecs/codec.js';
import { parseSubscriberOffer } from '../../media/sdp/offer.js';
import { writeSubscriberAnswer } from '../../media/sdp/subscriber-answer.js';
import { negotiateSubscriber } from '../../media/sdp/subscriber-negotiation.js';
import type { Clock } from '../../shared/clock.js';
import { admissionFailure, EngineSessions, type SessionEngine } from './engine-sessions.js';
import { reachableBy, type MayAsk } from './lite-peer.js';
import type { LoadAdmission } from './load-admission.js';
import type { FailureLog } from './ports/failure-log.js';
import type { RestartedIce } from './ports/listed-session.js';
import type { StreamName } from './ports/stream-name.js';
import { newSsrc, sentBy } from './sent-formats.js';
import { patchSession } from './session-patch.js';
import type { OpenedSession } from './opened-session.js';
import type { SignalingService } from './signaling.service.js';
import { ViewerSession, type ViewerOwner } from './viewer-session.js';

/** What is asked of the list of streams. */
type Streams = Pick<
  SignalingService,
  | 'assertForwardable'
  | 'assertSubscribable'
  | 'findStream'
  | 'inTurn'
  | 'subscriberOpened'
  | 'subscriberState'
  | 'subscriberClosed'
  | 'subscriberTurnedAway'
>;

/** Who watches which stream by WHEP. The engine tells the states of sessions; this lets viewers in and tells the list of streams. */
export class SubscriptionService implements ViewerOwner {
  /** Open ones. */
  private readonly viewers = new Map<string, ViewerSession>();
  private readonly engineSessions: EngineSessions;

  constructor(
    private readonly engine: SessionEngine,
    private readonly streams: Streams,
    private readonly clock: Clock,
    private readonly admission: Pick<LoadAdmission, 'admitViewer'>,
    log: FailureLog,
    private readonly mayAsk: MayAsk = () => true,
  ) {
    this.engineSessions = new EngineSessions(engine, log);
    engine.on((event) => {
      this.hear(event);
    });
  }

  /**
   * A WHEP client's offer (draft-ietf-wish-whep-03 section 4.2). The stream need not be live: what is published comes when it
   * is.
   *
   * @throws {SdpError} @throws {SdpUnsupportedError} @throws {NoAcceptableCodecError} @throws {StreamNotLiveError}
   * @throws {PeerAddressForbiddenError}
   * @throws {StreamFullError} @throws {NodeDrainingError} @throws {NodeOverloadedError} @throws {NodeFullError}
   * @throws what `NodeQuotas` throws
   */
  async subscribe(stream: StreamName, offerText: string): Promise<OpenedSession> {
    this.streams.assertSubscribable(stream, this.viewers.size);
    const offer = reachableBy(parseSubscriberOffer(offerText), this.mayAsk);
    return this.streams.inTurn(stream, async () => {
      this.streams.assertSubscribable(stream, this.viewers.size);
      const sent = sentBy(this.streams.findStream(stream)?.publisher);
      const tracks = negotiateSubscriber(offer, sent, newSsrc);
      this.admission.admitViewer(this.engine.workerOf(stream));
      const session = new ViewerSession(stream, offer, tracks, this.clock.epochMs(), this);
      const transport = await this.open(session);
      return {
        sessionId: session.id,
        answer: writeSubscriberAnswer(offer, tracks, transport, session.canonicalName, 1),
        entityTag: session.entityTag,
      };
    });
  }

  /** The session is sent its stream from now on. @returns our side of it @throws as `subscribe` */
  letIn(session: ViewerSession): Promise<LocalTransport> {
    const { stream } = session;
    return this.streams.inTurn(stream, () => {
      this.streams.assertForwardable(stream, this.viewers.size);
      this.admission.admitViewer(this.engine.workerOf(stream));
      return this.open(session);
    });
  }

  patch(session: ViewerSession, fragment: string, ifMatch: string | undefined): Promise<RestartedIce | undefined> {
    return patchSession(session, this.engineSessions, fragment, ifMatch);
  }

  async close(session: ViewerSession, reason: SessionCloseReason): Promise<void> {
    if (session.isClosed) return;
    await this.engineSessions.close(session, reason);
    this.closed(session, reason);
  }

  async setEnabled(session: ViewerSession, kind: MediaKind, isEnabled: boolean): Promise<void> {
    if (!session.isClosed) await this.engineSessions.enable(session, kind, isEnabled);
  }

  async selectLayer(session: ViewerSession, rid: string | undefined): Promise<void> {
    if (!session.isClosed) await this.engineSessions.selectLayer(session, rid);
  }

  /** It is listed from before the engine is asked: what the engine tells of it finds it. */
  private async open(session: ViewerSession): Promise<LocalTransport> {
    this.viewers.set(session.id, session);
    this.streams.subscriberOpened(session);
    try {
      return await this.engineSessions.openSubscriber(session);
    } catch (error) {
      this.closed(session, 'connect-timeout');
      this.streams.subscriberTurnedAway(session);
      await this.engineSessions.close(session, 'requested');
      throw admissionFailure(error);
    }
  }

  private hear(event: EngineEvent): void {
    if (event.type === 'subscriber-statistics') this.hearStatistics(event);
    else if (event.type === 'session-state') this.hearState(event);
  }

  private hearStatistics({ sessions }: Extract<EngineEvent, { type: 'subscriber-statistics' }>): void {
    for (const statistics of sessions) {
      const session = this.viewers.get(statistics.sessionId);
      if (session !== undefined) session.statistics = statistics;
    }
  }

  private hearState({ sessionId, state, reason }: Extract<EngineEvent, { type: 'session-state' }>): void {
    const session = this.viewers.get(sessionId);
    if (session === undefined) return;
    if (state === 'closed') {
      this.closed(session, reason ?? 'consent-lost');
      return;
    }
    session.enter(state);
    this.streams.subscriberState(session, state);
  }

  private closed(session: ViewerSession, reason: SessionCloseReason): void {
    if (!this.viewers.delete(session.id)) return;
    session.ended(reason, this.clock.epochMs());
    this.streams.subscriberClosed(session, reason);
  }
}
