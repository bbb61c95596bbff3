import type { Clock } from '../../shared/clock.js';
import { LiveStream } from './live-stream.js';
import type { StreamName } from './ports/stream-name.js';
import type { PublisherSession } from './publisher-session.js';
import { SessionNotFoundError, StreamNotFoundError } from './signaling.errors.js';

/** How long lists show a session after it closed. */
const SHOWN_AFTER_CLOSE_MS = 30_000;

/** The streams that lists show and the sessions that have an address. */
export class StreamRegistry {
  private readonly streams = new Map<string, LiveStream>();
  /** Open sessions, and lost ones while they are shown. */
  private readonly sessions = new Map<string, PublisherSession>();

  /** @param changed called when a stream came, went, or is shown otherwise */
  constructor(
    private readonly clock: Clock,
    private readonly changed: (stream: StreamName) => void,
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
    this.changed(session.stream);
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

  setRecording(stream: StreamName, isRecording: boolean): void {
    if (!isRecording && !this.streams.has(stream)) return;
    const live = this.streamNamed(stream);
    if (live.isRecording === isRecording) return;
    live.isRecording = isRecording;
    this.settle(live);
  }

  private streamNamed(stream: StreamName): LiveStream {
    const known = this.streams.get(stream);
    if (known !== undefined) return known;
    const live = new LiveStream(stream, this.clock.epochMs());
    this.streams.set(stream, live);
    return live;
  }

  private settle(live: LiveStream): void {
    if (live.isForgettable) this.streams.delete(live.name);
    this.changed(live.name);
  }
}
