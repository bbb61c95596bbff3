import { parseAnswer } from '../../media/sdp/offer.js';
import { negotiateAnswer } from '../../media/sdp/negotiation.js';
import { receivingMedia, writeOffer } from '../../media/sdp/own-offer.js';
import type { LocalTransport } from '../../engine/index.js';
import type { SubscriberOffer } from '../../media/sdp/session.js';
import type { Clock } from '../../shared/clock.js';
import { admissionFailure, type OfferingEngine } from './engine-sessions.js';
import { newSessionId } from './peer-session.js';
import type { ListedSession } from './ports/listed-session.js';
import type { OwnOffer } from './ports/own-offer.js';
import type { Exchange, RemoteAnswer } from './ports/remote-answer.js';
import type { StreamName } from './ports/stream-name.js';
import { PublisherSession } from './publisher-session.js';
import { CandidatesForbiddenError } from './signaling.errors.js';
import type { SignalingService } from './signaling.service.js';
import { newCanonicalName } from './viewer-session.js';

/** What is asked of the list of streams. */
type Publishing = Pick<SignalingService, 'assertPublishable' | 'letIn'>;

/** Sessions with other servers, whose offers are ours: from then on they are like those of clients. */
export class RelayService {
  /** @param mayAsk which addresses datagrams of ours may be sent to because another server says so */
  constructor(
    private readonly engine: OfferingEngine,
    private readonly publishing: Publishing,
    private readonly clock: Clock,
    private readonly mayAsk: (address: string) => boolean,
  ) {}

  /**
   * Publishes what another server sends us.
   *
   * @throws {StreamBusyError} @throws {StreamNotFoundError} @throws {NodeDrainingError} @throws {NodeFullError}
   * @throws {SdpError} @throws {NoAcceptableCodecError} @throws {CandidatesForbiddenError} for its answer
   * @throws what `exchange` threw, or an admission
   */
  async receive(stream: StreamName, exchange: Exchange): Promise<ListedSession> {
    this.publishing.assertPublishable(stream);
    return this.offer(stream, async (sessionId, local) => {
      const remote = await exchange(writeOffer(receivingMedia(), local, newCanonicalName()));
      const answer = this.answerIn(remote, 'sendonly');
      const own: OwnOffer = { sessionId, ice: local.ice, cascade: remote.ends };
      const tracks = negotiateAnswer(answer);
      const session = new PublisherSession(stream, answer, tracks, this.clock.epochMs(), remote.hops, own);
      await this.publishing.letIn(session);
      return session;
    });
  }

  private async offer<T>(
    stream: StreamName,
    use: (sessionId: string, local: LocalTransport) => Promise<T>,
  ): Promise<T> {
    const sessionId = newSessionId();
    try {
      return await use(sessionId, await this.engine.prepareOffer(stream, sessionId));
    } catch (error) {
      this.engine.forgetOffer(sessionId);
      throw admissionFailure(error);
    }
  }

  /** Without candidates that nothing may be sent to. */
  private answerIn({ text }: RemoteAnswer, direction: 'sendonly' | 'recvonly'): SubscriberOffer {
    const answer = parseAnswer(text, direction);
    const candidates = answer.transport.candidates.filter(({ address }) => this.mayAsk(address));
    if (candidates.length === 0) throw new CandidatesForbiddenError();
    return { ...answer, transport: { ...answer.transport, candidates } };
  }
}
