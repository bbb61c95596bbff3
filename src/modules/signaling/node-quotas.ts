import type { LiveStream } from './live-stream.js';
import type { MayAsk } from './lite-peer.js';
import type { StreamName } from './ports/stream-name.js';
import { IncomingQuotaError, PublisherQuotaError, StreamQuotaError, SubscriberQuotaError } from './signaling.errors.js';

/** What one node takes; Infinity: no limit. */
export interface NodeLimits {
  readonly streams: number;
  readonly publishers: number;
  readonly subscribers: number;
  /** Bit/s of all publishers together. */
  readonly incomingBps: number;
  /** Bit/s of one publisher. */
  readonly publisherBps: number;
  /** A publisher who has sent too much by so many seconds of `publisherBps` is sent away: with twice of it, after that time. */
  readonly publisherBurstSeconds: number;
  readonly mayAsk: MayAsk;
}

export const NO_LIMITS: NodeLimits = {
  streams: Infinity,
  publishers: Infinity,
  subscribers: Infinity,
  incomingBps: Infinity,
  publisherBps: Infinity,
  publisherBurstSeconds: Infinity,
  mayAsk: () => true,
};

/** Of what a publisher may send: it is measured with what repairs losses, which senders do not count. */
const TOLD_SHARE = 0.9;

/** @returns what a publisher is told to send at most, undefined for no limit */
export function toldBps({ publisherBps }: NodeLimits): number | undefined {
  return publisherBps === Infinity ? undefined : Math.floor(publisherBps * TOLD_SHARE);
}

/** What is here already. */
export interface NodeStreams {
  findStream(stream: string): LiveStream | undefined;
  streams(): readonly LiveStream[];
}

/**
 * Refuses whoever is one too many on this node. Streams that are published or recorded have their place: who comes back to
 * one is let in, and nobody is sent away for a newcomer.
 */
export class NodeQuotas {
  constructor(private readonly limits: NodeLimits) {}

  /** @throws {StreamQuotaError} when `stream` would be one too many */
  admitStream(node: NodeStreams, stream: StreamName): void {
    const { streams: most } = this.limits;
    if (most < Infinity && node.findStream(stream) === undefined && node.streams().length >= most)
      throw new StreamQuotaError(most);
  }

  /** @throws {StreamQuotaError} @throws {PublisherQuotaError} @throws {IncomingQuotaError} */
  admitPublisher(node: NodeStreams, stream: StreamName): void {
    const live = node.findStream(stream);
    if (live !== undefined && hasPlace(live)) return;
    this.admitStream(node, stream);
    const { publishers: most, incomingBps } = this.limits;
    if (most === Infinity && incomingBps === Infinity) return;
    const taken = node.streams().filter(hasPlace);
    if (taken.length >= most) throw new PublisherQuotaError(most);
    const incoming = taken.reduce((sum, one) => sum + this.incomingOf(one), 0);
    if (incoming >= incomingBps || incoming + this.reservedBps > incomingBps) throw new IncomingQuotaError();
  }

  /** @param present how many watch @throws {StreamQuotaError} @throws {SubscriberQuotaError} */
  admitSubscriber(node: NodeStreams, stream: StreamName, present: number): void {
    this.admitStream(node, stream);
    if (present >= this.limits.subscribers) throw new SubscriberQuotaError(this.limits.subscribers);
  }

  /** What a publisher counts as before it is known: as much as it may send, but one alone always has room. */
  private get reservedBps(): number {
    const { publisherBps, incomingBps } = this.limits;
    return publisherBps === Infinity ? 0 : Math.min(publisherBps, incomingBps);
  }

  private incomingOf({ publisher }: LiveStream): number {
    if (publisher === undefined) return 0;
    if (publisher.statistics.length === 0) return this.reservedBps;
    return publisher.statistics.reduce((sum, { bitrateBps }) => sum + bitrateBps, 0);
  }
}

function hasPlace({ publisher, isRecording }: LiveStream): boolean {
  return publisher !== undefined || isRecording;
}
