import type { Clock } from '../../shared/clock.js';
import type { ListedSession } from '../signaling/ports/listed-session.js';
import type { SignalingEvent } from '../signaling/ports/signaling-event.js';
import type { StreamName } from '../signaling/ports/stream-name.js';
import { CascadeUpstreamError } from './cascade.errors.js';
import { RetryPace } from './retry-pace.js';

/** A session with another server, and what ends it over there. */
export interface LinkedSession {
  readonly session: ListedSession;
  /** Tells the other server that it is over; never fails. */
  readonly leave: () => void;
  /** It was made for what the stream is no longer. */
  readonly isOutdated: () => boolean;
}

export interface LinkOptions {
  readonly stream: StreamName;
  readonly direction: CascadeDirection;
  /** Of the endpoint over there. */
  readonly url: string;
  /** Opens a session with the other server, unless nobody wants it any more. */
  readonly connect: (over: AbortSignal) => Promise<LinkedSession>;
  /** Ends a session on this side. */
  readonly disconnect: (sessionId: string) => Promise<void>;
  /** Part of the configuration: whoever ends its session does not end it. */
  readonly isPermanent: boolean;
  readonly clock: Clock;
  readonly random: () => number;
  /** It was ended where sessions are ended: nobody wants it any more. */
  readonly ended: () => void;
  /** Media can flow, by this session or another one than before. */
  readonly connected: () => void;
  /** What came of an attempt. */
  readonly attempted: (error: Error | undefined) => void;
}

export type CascadeDirection = 'pull' | 'push';
export type CascadeState = 'connecting' | 'connected' | 'waiting';

/**
 * One stream's way from another server or to it, for as long as it is wanted: a session, and after its loss the next one.
 *
 * `start` opens the first and fails with it. What is lost is tried again for ever (`RetryPace`); a session that is silent is
 * replaced, unless it is heard again before. Ends by `stop`, or when somebody ends its session or its stream here.
 */
export class CascadeLink {
  private readonly pace: RetryPace;
  private current: LinkedSession | undefined;
  private timer: NodeJS.Timeout | undefined;
  private attempt: Promise<void> | undefined;
  private failure: Error | undefined;
  private readonly over = new AbortController();
  private hasBeenConnected = false;

  constructor(private readonly options: LinkOptions) {
    this.pace = new RetryPace(options.random);
  }

  get stream(): StreamName {
    return this.options.stream;
  }

  get direction(): CascadeDirection {
    return this.options.direction;
  }

  get url(): string {
    return this.options.url;
  }

  get state(): CascadeState {
    if (this.current?.session.state === 'connected') return 'connected';
    return this.timer === undefined ? 'connecting' : 'waiting';
  }

  /** Why it is not connected; undefined before the first failure and while it is. */
  get lastError(): Error | undefined {
    return this.state === 'connected' ? undefined : this.failure;
  }

  /** Media could flow at some time. */
  get wasConnected(): boolean {
    return this.hasBeenConnected;
  }

  /** @returns when the attempt under way is over; at once without one */
  async attempted(): Promise<void> {
    await this.attempt;
  }

  /** @throws what the first attempt failed with: nothing is tried any more */
  async start(): Promise<void> {
    await this.tryOnce();
    const { failure } = this;
    if (failure === undefined) return;
    await this.stop();
    throw failure;
  }

  /** From now on it is tried for ever, with or without a first success. */
  keepTrying(): void {
    void this.tryOnce();
  }

  /** Idempotent. @returns when the session is over on this side */
  async stop(): Promise<void> {
    this.over.abort();
    clearTimeout(this.timer);
    await this.attempt;
    const { current } = this;
    this.current = undefined;
    if (current !== undefined) await this.drop(current);
  }

  /** The server stops: its sessions end by themselves, and the other server is told by them. */
  abandon(): void {
    this.over.abort();
    clearTimeout(this.timer);
  }

  hear(event: SignalingEvent): void {
    if (this.isOver) return;
    if (event.type === 'stream-ended') {
      const isDeleted = event.stream === this.stream && event.reason === 'api-deleted';
      if (isDeleted && !this.options.isPermanent) this.end();
    } else if (event.type === 'streams-changed') {
      if (event.stream === this.stream) this.renewIfOutdated();
    } else if (event.type === 'publisher-opened' && this.direction === 'push') {
      if (event.stream === this.stream) this.hurry();
    } else if ('sessionId' in event && event.sessionId === this.current?.session.id) this.hearSession(event);
  }

  private get isOver(): boolean {
    return this.over.signal.aborted;
  }

  private hearSession(event: Extract<SignalingEvent, { readonly sessionId: string }>): void {
    if (event.type === 'publisher-state' || event.type === 'subscriber-state') {
      if (event.state === 'connected') this.heardAgain();
      else if (event.state === 'disconnected') this.retry();
    } else if (event.type === 'publisher-closed' || event.type === 'subscriber-closed') {
      const isWanted = this.options.isPermanent && event.reason === 'requested';
      if (!isWanted && (event.reason === 'requested' || event.reason === 'shutdown')) this.end();
      else if (this.attempt === undefined) this.lost();
    }
  }

  private heardAgain(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.pace.connected(this.options.clock.monotonicMs());
    this.hasBeenConnected = true;
    this.options.connected();
  }

  /** The old one goes first: the other side has room for one. */
  private renewIfOutdated(): void {
    const { current } = this;
    if (current?.isOutdated() !== true) return;
    this.current = undefined;
    this.drop(current).then(
      () => {
        this.retry();
      },
      () => {
        this.retry();
      },
    );
  }

  /** There is something to send from now on. */
  private hurry(): void {
    if (this.timer === undefined) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    void this.tryOnce();
  }

  private lost(): void {
    this.current?.leave();
    this.current = undefined;
    this.retry();
  }

  private end(): void {
    this.over.abort();
    clearTimeout(this.timer);
    this.current?.leave();
    this.current = undefined;
    this.options.ended();
  }

  private retry(): void {
    if (this.isOver || this.timer !== undefined || this.attempt !== undefined) return;
    const leastMs = this.failure instanceof CascadeUpstreamError ? (this.failure.askedToWaitSeconds ?? 0) * 1000 : 0;
    const delayMs = this.pace.next(this.options.clock.monotonicMs(), leastMs);
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.tryOnce();
    }, delayMs);
    this.timer.unref();
  }

  private tryOnce(): Promise<void> {
    this.attempt ??= this.connect().finally(() => {
      this.attempt = undefined;
      this.settle();
    });
    return this.attempt;
  }

  /** What happened during the attempt was left alone. One that is still connecting tells what becomes of it. */
  private settle(): void {
    if (this.isOver) return;
    const { state } = this.current?.session ?? { state: 'closed' };
    if (state === 'closed') this.lost();
    else if (state === 'disconnected') this.retry();
  }

  private async connect(): Promise<void> {
    const before = this.current;
    try {
      const next = await this.options.connect(this.over.signal);
      this.failure = undefined;
      if (this.isOver) {
        await this.drop(next);
        return;
      }
      this.current = next;
      if (before !== undefined) await this.drop(before);
      if (next.session.state === 'connected') this.heardAgain();
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error(String(error));
    }
    this.options.attempted(this.failure);
  }

  private async drop({ session, leave }: LinkedSession): Promise<void> {
    leave();
    if (session.state !== 'closed') await this.options.disconnect(session.id);
  }
}
