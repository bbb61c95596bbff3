import type { TrackStatistics } from '../../engine/index.js';
import { findCodec } from '../../media/codecs/index.js';
import { NO_TRAFFIC, sumOfTraffic, type SubscriberSession, type Traffic } from './ports/listed-session.js';
import type { StreamName } from './ports/stream-name.js';
import type { PublisherSession } from './publisher-session.js';

/** How a stream came to be: by a configuration, by a request for it, or since somebody published or watched it. */
export type StreamOrigin = 'provisioned' | 'requested' | 'session';

/** A named source: its publisher, or the last one for as long as lists show it, its subscribers, and whether it is being recorded. */
export class LiveStream {
  /** Publishing now, or closed a short while ago. */
  session: PublisherSession | undefined;
  isRecording = false;
  /** Its source is asked only while somebody wants it. */
  isOnDemand = false;
  private leftMs = 0;
  private subscribersLeftMs: number;
  private earlierReceived = NO_TRAFFIC;
  private earlierSent = NO_TRAFFIC;
  /** Open, or closed a short while ago. */
  private readonly viewers = new Map<string, SubscriberSession>();

  constructor(
    readonly name: StreamName,
    readonly createdAtMs: number,
    readonly origin: StreamOrigin,
  ) {
    this.subscribersLeftMs = createdAtMs;
  }

  get isProvisioned(): boolean {
    return this.origin === 'provisioned';
  }

  get publisher(): PublisherSession | undefined {
    return this.session?.isClosed === false ? this.session : undefined;
  }

  /**
   * What viewers can be sent: rids of the simulcast layers that its publisher sends, in alphabetical order, or the layers of
   * one stream (SVC), best first.
   */
  get layers(): readonly string[] {
    const rids = this.publisher?.tracks.find(({ kind }) => kind === 'video')?.rids ?? [];
    return rids.length > 0 ? [...rids].sort() : (this.picture?.layers ?? []);
  }

  /** There are layers, or what is sent is of a kind that may get some: those of one stream are known while somebody watches. */
  get mayHaveLayers(): boolean {
    return this.layers.length > 0 || findCodec(this.picture?.codecName ?? '', 'video')?.layers !== undefined;
  }

  /** In the order of their ids, as `/api/sse/streams` wants them. */
  get subscribers(): readonly SubscriberSession[] {
    return [...this.viewers.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  get openSubscribers(): readonly SubscriberSession[] {
    return [...this.viewers.values()].filter(({ state }) => state !== 'closed');
  }

  /** How many watch it. Servers that it is sent to are none of them: it goes there because it is full here. */
  get viewerCount(): number {
    return this.openSubscribers.filter(({ cascade }) => cascade === undefined).length;
  }

  /** Epoch milliseconds at which the last publisher left; 0 while there is one and before the first. */
  get leftAtMs(): number {
    return this.publisher === undefined ? this.leftMs : 0;
  }

  /** Epoch milliseconds at which the last subscriber left, or the stream was made; 0 while there is one. */
  get subscribersLeftAtMs(): number {
    return this.openSubscribers.length > 0 ? 0 : this.subscribersLeftMs;
  }

  /** Of all its publishers: never falls while the stream exists, but for its bitrate. */
  get received(): Traffic {
    return sumOfTraffic([this.earlierReceived, this.session?.traffic ?? NO_TRAFFIC]);
  }

  /** Of all its subscribers, likewise. */
  get sent(): Traffic {
    return sumOfTraffic([this.earlierSent, ...[...this.viewers.values()].map(({ traffic }) => traffic)]);
  }

  /** Nobody sends it, watches it or records it, and lists need not show anybody who did. */
  get isEmpty(): boolean {
    return this.session === undefined && this.viewers.size === 0 && !this.isRecording;
  }

  taken(session: PublisherSession): void {
    this.retire();
    this.session = session;
  }

  left(session: PublisherSession): void {
    if (this.session === session) this.leftMs = session.leftAtMs;
  }

  /** Stops showing `session`, unless another one has taken its place. */
  forget(session: PublisherSession): void {
    if (this.session !== session) return;
    this.retire();
    this.session = undefined;
  }

  findSubscriber(sessionId: string): SubscriberSession | undefined {
    return this.viewers.get(sessionId);
  }

  subscribed(session: SubscriberSession): void {
    this.viewers.set(session.id, session);
  }

  unsubscribed(session: SubscriberSession): void {
    this.subscribersLeftMs = session.leftAtMs;
  }

  forgetSubscriber(session: SubscriberSession): void {
    if (!this.viewers.delete(session.id)) return;
    this.earlierSent = sumOfTraffic([this.earlierSent, { ...session.traffic, bitrate: 0 }]);
  }

  private get picture(): TrackStatistics | undefined {
    return this.publisher?.statistics.find(({ kind }) => kind === 'video');
  }

  private retire(): void {
    const { bytes, packets } = this.session?.traffic ?? NO_TRAFFIC;
    this.earlierReceived = sumOfTraffic([this.earlierReceived, { bytes, packets, bitrate: 0 }]);
  }
}
