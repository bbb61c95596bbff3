import type { ForbiddenAddresses } from '../../platform/outgoing/forbidden-addresses.js';
import type { Clock } from '../../shared/clock.js';
import { NoAcceptableCodecError, SdpError, SdpUnsupportedError } from '../../media/sdp/sdp.errors.js';
import type { FailureLog } from '../signaling/ports/failure-log.js';
import type { ListedSession } from '../signaling/ports/listed-session.js';
import type { OfferTexts } from '../signaling/ports/remote-answer.js';
import { hopOf, isLoop } from '../signaling/ports/stream-hops.js';
import type { StreamDemand } from '../signaling/ports/stream-demand.js';
import type { StreamName } from '../signaling/ports/stream-name.js';
import type { RelayService } from '../signaling/relay.service.js';
import { SessionNotFoundError, StreamLoopError, StreamNotFoundError } from '../signaling/signaling.errors.js';
import type { SignalingService } from '../signaling/signaling.service.js';
import {
  CascadeExistsError,
  CascadeNotFoundError,
  CascadeUpstreamError,
  OfferRefusedError,
  TooManyCascadesError,
} from './cascade.errors.js';
import { CascadeLink, type CascadeDirection, type LinkedSession } from './cascade-link.js';
import { WhipClient, type RemoteEndpoint, type RemoteSession } from './whip-client.js';

/** Each is a session, and requests to another server for as long as that is away. */
const MOST_LINKS = 1000;

/** What came of an attempt, for who counts them. */
export type AttemptListener = (direction: CascadeDirection, error: unknown) => void;

/** What cascades are made of. */
export interface CascadeContext {
  readonly relay: Pick<RelayService, 'receive' | 'send' | 'sentFormats'>;
  readonly signaling: Pick<SignalingService, 'on' | 'end' | 'findStream'>;
  readonly demand: Pick<StreamDemand, 'during'>;
  readonly forbidden: ForbiddenAddresses;
  /** Whether who watches a stream is sent away once it has gone to another server. */
  readonly sendsViewersAway: (stream: StreamName) => boolean;
  readonly clock: Clock;
  readonly log: FailureLog;
}

/** Which streams come from other servers, and go to them. */
export class CascadeService {
  private readonly all = new Set<CascadeLink>();
  private readonly client: WhipClient;
  /** Of sources, which end them. */
  private readonly ofSources = new Set<CascadeLink>();
  private readonly listeners: AttemptListener[] = [];

  constructor(private readonly context: CascadeContext) {
    this.client = new WhipClient(context.forbidden);
    context.signaling.on((event) => {
      for (const link of this.all) link.hear(event);
    });
  }

  /** In the order in which they were begun. */
  get links(): readonly CascadeLink[] {
    return [...this.all];
  }

  onAttempt(listener: AttemptListener): void {
    this.listeners.push(listener);
  }

  /**
   * Publishes a stream of another server here, and tries for ever once that has worked.
   *
   * @throws {CascadeExistsError} @throws {TooManyCascadesError} @throws {CascadeAddressForbiddenError}
   * @throws {CascadeUpstreamError} @throws {StreamLoopError} @throws what publishing throws
   */
  pull(stream: StreamName, source: RemoteEndpoint): Promise<CascadeLink> {
    return this.begin(this.linkOf(stream, 'pull', source));
  }

  /**
   * Publishes a stream of ours on another server, and tries for ever once that has worked. Its viewers here are sent away
   * with the first media connection where that is wanted.
   *
   * @throws {StreamNotFoundError} while nobody publishes it
   * @throws {CascadeExistsError} @throws {TooManyCascadesError} @throws {CascadeAddressForbiddenError}
   * @throws {CascadeUpstreamError} @throws what watching throws
   */
  push(stream: StreamName, target: RemoteEndpoint): Promise<CascadeLink> {
    return this.begin(this.linkOf(stream, 'push', target, { sendsViewersAway: this.context.sendsViewersAway(stream) }));
  }

  /** Publishes a stream of ours on another server whenever it is published here, for as long as this process runs. */
  keepPushing(stream: StreamName, target: RemoteEndpoint): void {
    this.keepTrying(this.linkOf(stream, 'push', target, { isPermanent: true }));
  }

  /** Publishes a stream of another server here until it is released, in turn with others who do. */
  keepPulling(stream: StreamName, source: RemoteEndpoint): CascadeLink {
    const link = this.linkOf(stream, 'pull', source, { isPermanent: true });
    this.ofSources.add(link);
    this.keepTrying(link);
    return link;
  }

  /** Ends a way that was kept. @returns when it is over on this side */
  async release(link: CascadeLink): Promise<void> {
    this.ofSources.delete(link);
    await this.stop(link);
  }

  /** Ends all ways of a stream, but for that of its source. @throws {CascadeNotFoundError} when it has none */
  async end(stream: StreamName): Promise<void> {
    const links = this.links.filter((link) => link.stream === stream && !this.ofSources.has(link));
    if (links.length === 0) throw new CascadeNotFoundError(stream);
    await Promise.all(links.map((link) => this.stop(link)));
  }

  /** Before the engine ends. */
  onModuleDestroy(): void {
    for (const link of this.all) link.abandon();
    this.client.stop();
  }

  private keepTrying(link: CascadeLink): void {
    this.all.add(link);
    link.keepTrying();
  }

  private async begin(link: CascadeLink): Promise<CascadeLink> {
    const isSame = ({ stream, direction, url }: CascadeLink): boolean =>
      stream === link.stream && direction === link.direction && (direction === 'pull' || url === link.url);
    if (this.links.some(isSame)) throw new CascadeExistsError(link.stream);
    if (this.all.size >= MOST_LINKS) throw new TooManyCascadesError(MOST_LINKS);
    this.all.add(link);
    try {
      await link.start();
      return link;
    } catch (error) {
      this.all.delete(link);
      throw error;
    }
  }

  private linkOf(
    stream: StreamName,
    direction: CascadeDirection,
    endpoint: RemoteEndpoint,
    { isPermanent = false, sendsViewersAway = false } = {},
  ): CascadeLink {
    const { clock } = this.context;
    const link: CascadeLink = new CascadeLink({
      stream,
      direction,
      url: endpoint.url,
      connect: (over) =>
        direction === 'pull' ? this.connectFrom(stream, endpoint) : this.connectTo(stream, endpoint, over),
      disconnect: (sessionId) => this.disconnect(stream, sessionId),
      isPermanent,
      clock,
      random: Math.random,
      ended: () => void this.all.delete(link),
      connected: () => {
        if (sendsViewersAway) this.sendViewersAway(stream);
        sendsViewersAway = false;
      },
      attempted: (error) => {
        this.attempted(link, error);
      },
    });
    return link;
  }

  /** Our own name goes there, and theirs comes back: neither may be in the other's. */
  private async connectFrom(stream: StreamName, source: RemoteEndpoint): Promise<LinkedSession> {
    const own = [hopOf(stream)];
    const linked = await this.connect(source, own, (reach) =>
      this.context.relay.receive(stream, async (offer) => {
        const { answer: text, url: sessionUrl, hops } = await reach(offer);
        if (isLoop(hops, own)) throw new StreamLoopError(stream);
        return { text, ends: { sourceUrl: source.url, sessionUrl }, hops };
      }),
    );
    return { ...linked, isOutdated: () => false };
  }

  private connectTo(stream: StreamName, target: RemoteEndpoint, over: AbortSignal): Promise<LinkedSession> {
    return this.context.demand.during(stream, () => this.send(stream, target, over), over);
  }

  private async send(stream: StreamName, target: RemoteEndpoint, over: AbortSignal): Promise<LinkedSession> {
    if (over.aborted) throw new StreamNotFoundError(stream);
    const { relay, signaling } = this.context;
    const offered = relay.sentFormats(stream);
    const hops = [hopOf(stream), ...(signaling.findStream(stream)?.publisher?.hops ?? [])];
    const linked = await this.connect(target, hops, (reach) =>
      relay.send(stream, async (offer) => {
        const { answer: text, url: sessionUrl } = await reach(offer);
        return { text, ends: { targetUrl: target.url, sessionUrl }, hops: [] };
      }),
    );
    return { ...linked, isOutdated: () => this.sendsOthers(stream, offered) };
  }

  /** True when something comes of the publisher that the other server was not offered. */
  private sendsOthers(
    stream: StreamName,
    offered: readonly { readonly kind: string; readonly codecName: string }[],
  ): boolean {
    const statistics = this.context.signaling.findStream(stream)?.publisher?.statistics ?? [];
    return statistics.some(
      ({ kind, codecName, packetsReceived }) =>
        packetsReceived > 0 && !offered.some((one) => one.kind === kind && one.codecName === codecName),
    );
  }

  /** Opens a session over there, and with its answer one here. When nothing comes of that here, it is over there as well. */
  private async connect(
    endpoint: RemoteEndpoint,
    hops: readonly string[],
    open: (reach: (offer: OfferTexts) => Promise<RemoteSession>) => Promise<ListedSession>,
  ): Promise<Omit<LinkedSession, 'isOutdated'>> {
    let remote: RemoteSession | undefined;
    const leave = (): void => {
      if (remote !== undefined) this.leave(endpoint, remote);
    };
    try {
      const session = await open(async (offer) => {
        remote = await this.offer(endpoint, offer, hops);
        return remote;
      });
      return { session, leave };
    } catch (error) {
      leave();
      throw isUnusable(error)
        ? new CascadeUpstreamError('its answer cannot be used', undefined, { cause: error })
        : error;
    }
  }

  /** Some servers take no offer that has data channels: they get one without. */
  private async offer(
    endpoint: RemoteEndpoint,
    { text, withoutData }: OfferTexts,
    hops: readonly string[],
  ): Promise<RemoteSession> {
    try {
      return await this.client.open(endpoint, text, hops);
    } catch (error) {
      if (!(error instanceof OfferRefusedError) || withoutData === undefined) throw error;
      return this.client.open(endpoint, withoutData, hops);
    }
  }

  private leave(endpoint: RemoteEndpoint, { url }: RemoteSession): void {
    this.client.close(endpoint, url).catch((error: unknown) => {
      this.context.log.warn('Another server was not told that a session is over.', error);
    });
  }

  /** Servers that it is sent to stay. */
  private sendViewersAway(stream: StreamName): void {
    const viewers = this.context.signaling.findStream(stream)?.openSubscribers ?? [];
    for (const { id, cascade } of viewers) {
      if (cascade !== undefined) continue;
      this.disconnect(stream, id).catch((error: unknown) => {
        this.context.log.warn(`A viewer of ${stream} was not sent away.`, error);
      });
    }
  }

  private async disconnect(stream: StreamName, sessionId: string): Promise<void> {
    try {
      await this.context.signaling.end(stream, sessionId);
    } catch (error) {
      if (!(error instanceof SessionNotFoundError)) throw error;
    }
  }

  private async stop(link: CascadeLink): Promise<void> {
    this.all.delete(link);
    await link.stop();
  }

  private attempted({ stream, direction }: CascadeLink, error: unknown): void {
    // That nobody publishes is no failure of either server.
    if (error instanceof StreamNotFoundError) return;
    if (error !== undefined) this.context.log.warn(`A ${direction} of ${stream} did not connect.`, error);
    for (const listener of this.listeners) listener(direction, error);
  }
}

function isUnusable(error: unknown): boolean {
  return error instanceof SdpError || error instanceof SdpUnsupportedError || error instanceof NoAcceptableCodecError;
}
