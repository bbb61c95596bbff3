import type { DataExchange } from './data-channels/data-exchange.js';
import type { SessionState, TrackStatistics } from './protocol.js';
import type { PublisherSession } from './session/publisher-session.js';
import type { StreamForwarder } from './forwarding/stream-forwarder.js';
import type { StreamRecorder } from './recording/stream-recorder.js';
import type { SubscriberSession } from './session/subscriber-session.js';

/**
 * What a worker has of one stream: the publisher whose media counts, the recording it goes into and the viewers it is sent
 * to. They come and go independently: a recording outlives its publisher, viewers outlive and precede theirs, and a publisher
 * need not be recorded.
 */
export class WorkerStream {
  private publisher: PublisherSession | undefined;
  private recorder: StreamRecorder | undefined;
  private readonly viewers = new Set<SubscriberSession>();

  constructor(
    private readonly forwarder: StreamForwarder,
    readonly data: DataExchange,
  ) {}

  /** The publisher that is connected, or was last. */
  get current(): PublisherSession | undefined {
    return this.publisher;
  }

  get recording(): StreamRecorder | undefined {
    return this.recorder;
  }

  get isEmpty(): boolean {
    return this.publisher === undefined && this.recorder === undefined && this.viewers.size === 0;
  }

  /** Connected or not. */
  get subscribers(): ReadonlySet<SubscriberSession> {
    return this.viewers;
  }

  /** Of the publisher that is connected, or was last; empty before the first. */
  trackStatistics(nowMs: number): TrackStatistics[] {
    const tracks = this.publisher?.tracks ?? [];
    return (this.publisher?.statistics(nowMs) ?? []).map((statistics) => {
      const track = tracks.find(({ mid }) => mid === statistics.mid);
      const layers = track === undefined ? [] : this.forwarder.scalableLayersOf(track);
      return layers.length === 0 ? statistics : { ...statistics, layers };
    });
  }

  subscribed(session: SubscriberSession): void {
    this.viewers.add(session);
  }

  /** A viewer's session changed its state: it is sent media while it is connected. */
  subscriberChanged(session: SubscriberSession, state: SessionState): void {
    if (state === 'connected') {
      this.forwarder.join(session);
      this.data.join(session);
    } else this.forwarder.leave(session);
    if (state !== 'closed') return;
    this.viewers.delete(session);
    this.data.leave(session);
  }

  /** A viewer has lost what it needs to go on. */
  keyframeWanted(nowMs: number): void {
    this.forwarder.keyframeWanted(nowMs);
  }

  /** To be called some times per second. */
  tick(nowMs: number): void {
    this.forwarder.tick(nowMs);
  }

  /** A session of this stream changed its state. */
  publisherChanged(session: PublisherSession, state: SessionState): void {
    if (state === 'connected') this.connected(session);
    else if (session === this.publisher && state === 'disconnected') this.recorder?.interrupt();
    else if (session === this.publisher && state === 'closed') this.gone();
  }

  /** From now on the stream goes into `recorder`; undefined when it is not recorded any more. */
  recordInto(recorder: StreamRecorder | undefined): void {
    this.recorder = recorder;
    if (this.publisher === undefined) return;
    recorder?.attach(this.publisher.tracks);
    this.publisher.recordInto(recorder);
    if (recorder !== undefined) this.publisher.requestKeyframe();
  }

  private connected(session: PublisherSession): void {
    if (session === this.publisher) return;
    this.publisher?.recordInto(undefined);
    this.publisher = session;
    this.forwarder.publishedBy(session);
    this.data.publishedBy(session);
    if (this.recorder === undefined) return;
    this.recorder.attach(session.tracks);
    session.recordInto(this.recorder);
  }

  private gone(): void {
    this.publisher?.recordInto(undefined);
    this.publisher = undefined;
    this.forwarder.publishedBy(undefined);
    this.data.publishedBy(undefined);
    this.recorder?.interrupt();
  }
}
