import type { StreamName } from '../../signaling/ports/stream-name.js';
import type { CascadeLink } from '../cascade-link.js';

/** `disconnected`: nobody wants it. */
export const SOURCE_STATES = ['initializing', 'connected', 'disconnected', 'reconnecting', 'error'] as const;
export type SourceState = (typeof SOURCE_STATES)[number];

/** How a stream is fetched only while somebody wants it. */
export interface OnDemand {
  /** After the last one who wanted it. */
  readonly closeAfterMs: number;
  /** How long who needs it at once waits for it. */
  readonly startTimeoutMs: number;
}

export interface SourceOptions {
  readonly stream: StreamName;
  /** Of the endpoint over there. */
  readonly url: string;
  readonly isConfigured: boolean;
  /** Undefined: it is fetched all the time. */
  readonly onDemand: OnDemand | undefined;
  /** Begins to fetch it, and goes on trying. */
  readonly begin: () => CascadeLink;
  /** @returns when it is not fetched any more */
  readonly end: (link: CascadeLink) => Promise<void>;
  /** Somebody watches it or had it recorded. */
  readonly isWanted: () => boolean;
}

/** Where a stream of ours comes from: fetched all the time, or for as long as somebody wants it and a while more. */
export class Source {
  private link: CascadeLink | undefined;
  private idle: NodeJS.Timeout | undefined;
  private ending: Promise<void> | undefined;
  private awaiting = 0;
  private isClosed = false;

  constructor(private readonly options: SourceOptions) {}

  get stream(): StreamName {
    return this.options.stream;
  }

  get url(): string {
    return this.options.url;
  }

  get isConfigured(): boolean {
    return this.options.isConfigured;
  }

  get onDemand(): OnDemand | undefined {
    return this.options.onDemand;
  }

  get state(): SourceState {
    const { link } = this;
    if (link === undefined) return 'disconnected';
    if (link.state === 'connected') return 'connected';
    if (link.wasConnected) return 'reconnecting';
    return link.lastError === undefined ? 'initializing' : 'error';
  }

  /** Why it does not come; undefined while it does, and before the first failure. */
  get lastError(): Error | undefined {
    return this.link?.lastError;
  }

  /** @returns when the attempt under way is over; at once without one */
  async attempted(): Promise<void> {
    await this.link?.attempted();
  }

  /** Who wants it may be others than before. */
  follow(): void {
    if (this.isClosed) return;
    if (this.isWanted) this.fetch();
    else if (this.link !== undefined && this.idle === undefined) this.restSoon();
  }

  /** Wanted for as long as `task` takes. */
  async during<T>(task: () => Promise<T>): Promise<T> {
    this.awaiting += 1;
    this.follow();
    try {
      return await task();
    } finally {
      this.awaiting -= 1;
      this.follow();
    }
  }

  /** Idempotent. @returns when it is not fetched any more */
  async close(): Promise<void> {
    this.abandon();
    await this.rest();
  }

  /** The server stops: what is fetched is ended by others. */
  abandon(): void {
    this.isClosed = true;
    clearTimeout(this.idle);
  }

  private get isWanted(): boolean {
    const { onDemand, isWanted } = this.options;
    return onDemand === undefined || this.awaiting > 0 || isWanted();
  }

  /** Not before the last session is over: the stream has room for one. */
  private fetch(): void {
    clearTimeout(this.idle);
    this.idle = undefined;
    if (this.ending === undefined) this.link ??= this.options.begin();
  }

  private restSoon(): void {
    this.idle = setTimeout(() => {
      this.idle = undefined;
      if (!this.isWanted) void this.rest();
    }, this.options.onDemand?.closeAfterMs);
    this.idle.unref();
  }

  private rest(): Promise<void> {
    const { link } = this;
    this.link = undefined;
    if (link === undefined) return this.ending ?? Promise.resolve();
    this.ending = this.options.end(link).finally(() => {
      this.ending = undefined;
      this.follow();
    });
    return this.ending;
  }
}
