import { parseAnswer } from '../../media/sdp/offer.js';
import { negotiateAnswer } from '../../media/sdp/negotiation.js';
import { receivingMedia, sendingMedia, writeOffer, type OwnMedia } from '../../media/sdp/own-offer.js';
import type { LocalTransport } from '../../engine/index.js';
import type { SentTrack, SubscriberOffer } from '../../media/sdp/session.js';
import { negotiateSubscriber, type SentFormat } from '../../media/sdp/subscriber-negotiation.js';
import type { Clock } from '../../shared/clock.js';
import { admissionFailure, type OfferingEngine } from './engine-sessions.js';
import type { MayAsk } from './lite-peer.js';
import { newSessionId } from './peer-session.js';
import type { ListedSession } from './ports/listed-session.js';
import type { OwnOffer } from './ports/own-offer.js';
import type { Exchange, OfferTexts, RemoteAnswer } from './ports/remote-answer.js';
import type { StreamName } from './ports/stream-name.js';
import { PublisherSession } from './publisher-session.js';
import { newSsrc, sentBy } from './sent-formats.js';
import { CandidatesForbiddenError, StreamNotFoundError } from './signaling.errors.js';
import type { SignalingService } from './signaling.service.js';
import type { SubscriptionService } from './subscription.service.js';
import { newCanonicalName, ViewerSession } from './viewer-session.js';

/** What is asked of the list of streams. */
type Publishing = Pick<SignalingService, 'assertPublishable' | 'letIn' | 'findStream'>;

/** Sessions with other servers, whose offers are ours: from then on they are like those of clients. */
export class RelayService {
  /** @param mayAsk which addresses datagrams of ours may be sent to because another server says so */
  constructor(
    private readonly engine: OfferingEngine,
    private readonly publishing: Publishing,
    private readonly subscriptions: SubscriptionService,
    private readonly clock: Clock,
    private readonly mayAsk: MayAsk,
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
      const remote = await exchange(textsOf(receivingMedia(), local, newCanonicalName()));
      const answer = this.answerIn(remote, 'sendonly');
      const own: OwnOffer = { sessionId, ice: local.ice, cascade: remote.ends };
      const tracks = negotiateAnswer(answer);
      const session = new PublisherSession(stream, answer, tracks, this.clock.epochMs(), remote.hops, own);
      await this.publishing.letIn(session);
      return session;
    });
  }

  /**
   * Sends another server what is published here: what it is in at present, and nothing else but messages.
   *
   * @throws {StreamNotFoundError} while nobody publishes it @throws {NodeDrainingError}
   * @throws {NodeFullError} @throws {NodeOverloadedError}
   * @throws {SdpError} @throws {NoAcceptableCodecError} @throws {CandidatesForbiddenError} for the answer
   * @throws what `exchange` threw
   */
  async send(stream: StreamName, exchange: Exchange): Promise<ListedSession> {
    const sent = this.sentFormats(stream);
    const hasData = this.publishing.findStream(stream)?.publisher?.hasDataChannel === true;
    if (sent.length === 0 && !hasData) throw new StreamNotFoundError(stream);
    return this.offer(stream, async (sessionId, local) => {
      const canonicalName = newCanonicalName();
      const media = sendingMedia(sent, newSsrc);
      const remote = await exchange(textsOf(media, local, canonicalName));
      const answer = this.answerIn(remote, 'recvonly');
      const own = { sessionId, ice: local.ice, cascade: remote.ends, canonicalName };
      const tracks = negotiateSubscriber(answer, sent, newSsrc).map((track) => asOffered(track, media));
      const { subscriptions } = this;
      const session = new ViewerSession(stream, answer, tracks, this.clock.epochMs(), subscriptions, own);
      await subscriptions.letIn(session);
      return session;
    });
  }

  /** What is published at present, at most one of each kind. */
  sentFormats(stream: StreamName): SentFormat[] {
    return sentBy(this.publishing.findStream(stream)?.publisher);
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
    const candidates = answer.transport.candidates.filter(({ address, port }) => port > 0 && this.mayAsk(address));
    if (candidates.length === 0) throw new CandidatesForbiddenError();
    return { ...answer, transport: { ...answer.transport, candidates } };
  }
}

function textsOf(media: readonly OwnMedia[], local: LocalTransport, canonicalName: string): OfferTexts {
  const { mostMessageBytes: _none, ...withoutData } = local;
  return {
    text: writeOffer(media, local, canonicalName),
    withoutData: media.length === 0 ? undefined : writeOffer(media, withoutData, canonicalName),
  };
}

/** By the sources that the offer named. */
function asOffered(track: SentTrack, media: readonly OwnMedia[]): SentTrack {
  const source = media.find(({ kind }) => kind === track.kind)?.source;
  if (source === undefined) return track;
  return { ...track, ssrc: source.ssrc, rtxSsrc: track.rtxSsrc === undefined ? undefined : source.rtxSsrc };
}
