import { StreamDto } from './dto/stream.dto.js';
import type { SignalingService } from './signaling.service.js';

const STATISTICS_INTERVAL_MS = 2_000;
const KEEP_ALIVE_INTERVAL_MS = 15_000;
/** Many changes at once become one snapshot. */
const GATHERING_MS = 50;

/** Where a feed writes: an HTTP response. */
export interface FeedWriter {
  readonly writableNeedDrain: boolean;
  write(text: string): unknown;
  end(): unknown;
}

/**
 * Server-sent events with the whole list of streams: at once, at each change, and every 2 s while figures move. A list
 * that says the same as the last one is not sent; a reader that is slow misses lists, never their order.
 */
export class StreamsFeed {
  private readonly subscribers = new Set<FeedSubscriber>();
  private gathering: NodeJS.Timeout | undefined;
  private readonly timers: readonly NodeJS.Timeout[];

  constructor(private readonly signaling: Pick<SignalingService, 'on' | 'streams'>) {
    signaling.on((event) => {
      if (event.type !== 'statistics') this.changed();
    });
    this.timers = [
      setInterval(() => this.sendAll(), STATISTICS_INTERVAL_MS).unref(),
      setInterval(() => this.keepAlive(), KEEP_ALIVE_INTERVAL_MS).unref(),
    ];
  }

  /**
   * @param names only these streams, when not empty
   * @returns ends the subscription
   */
  subscribe(writer: FeedWriter, names: readonly string[]): () => void {
    const subscriber: FeedSubscriber = { writer, names, last: undefined };
    this.subscribers.add(subscriber);
    this.send(subscriber);
    return () => this.subscribers.delete(subscriber);
  }

  /** Ends all subscriptions, so that the server may stop. */
  beforeApplicationShutdown(): void {
    for (const timer of this.timers) clearInterval(timer);
    clearTimeout(this.gathering);
    for (const { writer } of this.subscribers) writer.end();
    this.subscribers.clear();
  }

  private changed(): void {
    if (this.subscribers.size === 0) return;
    this.gathering ??= setTimeout(() => {
      this.gathering = undefined;
      this.sendAll();
    }, GATHERING_MS).unref();
  }

  private sendAll(): void {
    for (const subscriber of this.subscribers) this.send(subscriber);
  }

  private send(subscriber: FeedSubscriber): void {
    if (subscriber.writer.writableNeedDrain) return;
    const list = JSON.stringify(this.signaling.streams(subscriber.names).map((stream) => new StreamDto(stream)));
    if (list === subscriber.last) return;
    subscriber.last = list;
    subscriber.writer.write(`data: ${list}\n\n`);
  }

  private keepAlive(): void {
    for (const { writer } of this.subscribers) if (!writer.writableNeedDrain) writer.write(':\n\n');
  }
}

interface FeedSubscriber {
  readonly writer: FeedWriter;
  readonly names: readonly string[];
  last: string | undefined;
}
