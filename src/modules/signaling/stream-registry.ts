import type { Clock } from '../../shared/clock.js';
import { LiveStream, type StreamOrigin } from './live-stream.js';
import type { SubscriberSession } from './ports/listed-session.js';
import type { StreamDeletionReason } from './ports/signaling-event.js';
import type { StreamName } from './ports/stream-name.js';
import type { PublisherSession } from './publisher-session.js';
import { SessionNotFoundError, StreamNotFoundError } from './signaling.errors.js';
import { deletionReason } from './stream-deletion.js';
import type { StreamStrategies } from './stream-strategy.js';

/** How long lists show a session after it closed. */
const SHOWN_AFTER_CLOSE_MS = 30_000;

/** Who is told what lists show. */
export interface RegistryListener {
  created(stream: StreamName): void;
  ended(stream: StreamName, reason: StreamDeletionReason): void;
  /** It came, went, or is shown otherwise. */
  changed(stream: StreamName): void;
}

/** The streams that lists show and the sessions that have an address. */
export class StreamRegistry {
  private readonly streams = new Map<string, LiveStream>();
  /** Open sessions, and lost ones while they are shown. */
  private readonly sessions = new Map<string, PublisherSession>();

  constructor(
    private readonly clock: Clock,
    private readonly strategies: StreamStrategies,
    private readonly listener: RegistryListener,
  ) {}

  /** @param names only these, when given and not empty @returns in the order of their names */
  list(names: readonly string[] = []): LiveStream[] {
    const wanted = new Set(names);
    return [...this.streams.values()]
      .filter(({ name }) => wanted.size === 0 || wanted.has(name))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  find(stream: string): LiveStream | undefined {
    return this.streams.get(stream);
  }

  /** @throws {StreamNotFoundError} */
  stream(stream: StreamName): LiveStream {
    const live = this.streams.get(stream);
    if (live === undefined) throw new StreamNotFoundError(stream);
    return live;
  }

  findSession(sessionId: string): PublisherSession | undefined {
    return this.sessions.get(sessionId);
  }

  /** @throws {SessionNotFoundError} */
  session(stream: StreamName, sessionId: string): PublisherSession {
    const session = this.sessions.get(sessionId);
    if (session?.stream !== stream) throw new SessionNotFoundError();
    return session;
  }

  /** A publisher has the stream from now on. */
  add(session: PublisherSession): void {
    this.streamNamed(session.stream).taken(session);
    this.sessions.set(session.id, session);
    this.listener.changed(session.stream);
  }

  /** The session has closed: it is shown a while, and keeps its address when it was lost. */
  closed(session: PublisherSession): void {
    this.streams.get(session.stream)?.left(session);
    if (!session.isLost) this.sessions.delete(session.id);
    setTimeout(() => {
      this.forget(session);
    }, SHOWN_AFTER_CLOSE_MS).unref();
  }

  /** Nobody can name the session any more; lists may still show it. */
  removeAddress(session: PublisherSession): void {
    this.sessions.delete(session.id);
  }

  forget(session: PublisherSession): void {
    this.sessions.delete(session.id);
    const live = this.streams.get(session.stream);
    if (live?.session !== session) return;
    live.forget(session);
    this.settle(live);
  }

  /** @throws {SessionNotFoundError} */
  subscriber(stream: StreamName, sessionId: string): SubscriberSession {
    const session = this.streams.get(stream)?.findSubscriber(sessionId);
    if (session === undefined) throw new SessionNotFoundError();
    return session;
  }

  addSubscriber(session: SubscriberSession): void {
    this.streamNamed(session.stream).subscribed(session);
    this.listener.changed(session.stream);
  }

  /** It has closed: lists show it a while. */
  subscriberClosed(session: SubscriberSession): void {
    this.streams.get(session.stream)?.unsubscribed(session);
    this.listener.changed(session.stream);
    setTimeout(() => {
      this.forgetSubscriber(session);
    }, SHOWN_AFTER_CLOSE_MS).unref();
  }

  forgetSubscriber(session: SubscriberSession): void {
    const live = this.streams.get(session.stream);
    if (live?.findSubscriber(session.id) !== session) return;
    live.forgetSubscriber(session);
    this.settle(live);
  }

  /** Makes a stream that nobody uses yet. */
  create(stream: StreamName, origin: StreamOrigin): LiveStream {
    const live = this.streamNamed(stream, origin);
    this.listener.changed(stream);
    return live;
  }

  /** No list shows the stream any more, nor has anybody who used it an address. */
  remove(live: LiveStream, reason: StreamDeletionReason): void {
    if (this.streams.get(live.name) !== live) return;
    this.streams.delete(live.name);
    if (live.session !== undefined) this.sessions.delete(live.session.id);
    this.listener.ended(live.name, reason);
    this.listener.changed(live.name);
  }

  setRecording(stream: StreamName, isRecording: boolean): void {
    if (!isRecording && !this.streams.has(stream)) return;
    const live = this.streamNamed(stream);
    if (live.isRecording === isRecording) return;
    live.isRecording = isRecording;
    this.settle(live);
  }

  private streamNamed(stream: StreamName, origin: StreamOrigin = 'session'): LiveStream {
    const known = this.streams.get(stream);
    if (known !== undefined) return known;
    const live = new LiveStream(stream, this.clock.epochMs(), origin);
    this.streams.set(stream, live);
    this.listener.created(stream);
    return live;
  }

  /** Who was there last has gone: a stream that nobody asked for goes with him. */
  private settle(live: LiveStream): void {
    const reason = live.isEmpty ? deletionReason(live, this.strategies.of(live.name), this.clock.epochMs()) : undefined;
    if (reason === undefined) this.listener.changed(live.name);
    else this.remove(live, reason);
  }
}
