import type { DataChannels, DataChannelsEnd, DataMessage } from './data-channels.js';

interface DataExchangeListener {
  /** What a viewer said; undefined where the stream has no `channel`. */
  readonly outwards: ((bytes: Uint8Array) => void) | undefined;
  /** A session has lost its channels, and not by its own wish. */
  ended(sessionId: string, reason: DataChannelsEnd): void;
}

interface Talker {
  readonly sessionId: string;
  readonly channels: DataChannels | undefined;
}

/** Of a publisher without channels: a server that the stream is sent to has one for what is said to and by the stream's `channel`. */
const UNLABELLED: ReadonlySet<string> = new Set(['']);

/**
 * Who hears whom in one stream: the publisher all viewers, each viewer the publisher; the stream's `channel` stands beside the
 * publisher. Nobody waits for anybody: what somebody cannot take is dropped for him alone.
 */
export class DataExchange {
  private publisher: DataChannels | undefined;
  private readonly viewers = new Set<DataChannels>();
  /** Of the publisher. */
  private readonly labels = (): ReadonlySet<string> => {
    const labels = this.publisher?.labels ?? UNLABELLED;
    return labels.size === 0 ? UNLABELLED : labels;
  };

  constructor(private readonly listener: DataExchangeListener) {}

  /** Undefined when there is none (any more). */
  publishedBy(session: Talker | undefined): void {
    const channels = session?.channels;
    this.publisher = channels;
    this.mirror();
    if (session === undefined || channels === undefined) return;
    this.hear(session, channels, (message) => {
      if (channels === this.publisher) for (const viewer of this.viewers) viewer.deliver(message, channels);
    });
  }

  /** Idempotent. */
  join(session: Talker): void {
    const { channels } = session;
    if (channels === undefined || this.viewers.has(channels)) return;
    this.viewers.add(channels);
    channels.mirror(this.labels);
    this.hear(session, channels, (message) => {
      this.publisher?.deliver(message, channels);
      this.listener.outwards?.(message.bytes);
    });
  }

  leave({ channels }: Talker): void {
    if (channels !== undefined) this.viewers.delete(channels);
  }

  /** From outside, to all viewers. */
  tell(bytes: Uint8Array): void {
    for (const viewer of this.viewers) viewer.deliver({ label: '', isText: false, bytes }, undefined);
  }

  private mirror(): void {
    for (const viewer of this.viewers) if (viewer.isRelay) viewer.mirror(this.labels);
  }

  private hear({ sessionId }: Talker, channels: DataChannels, message: (message: DataMessage) => void): void {
    channels.listenWith({
      message,
      labelsChanged: () => {
        if (channels === this.publisher) this.mirror();
      },
      ended: (reason) => {
        if (reason !== 'requested' && reason !== 'peer-closed') this.listener.ended(sessionId, reason);
      },
    });
  }
}
