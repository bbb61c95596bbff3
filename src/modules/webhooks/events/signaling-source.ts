import type { SignalingEvent } from '../../signaling/ports/signaling-event.js';
import type { SignalingService } from '../../signaling/signaling.service.js';
import type { HappenedEvent, SubjectKind } from './event.js';

type Streams = Pick<SignalingService, 'findStream'>;
type OfSession = Extract<SignalingEvent, { sessionId: string }>;

/** Turns what happens to streams and sessions into events, and knows how long each has lasted. */
export class SignalingSource {
  private readonly createdAtMs = new Map<string, number>();

  constructor(private readonly streams: Streams) {}

  /** @returns undefined for what is nobody's news */
  eventOf(event: SignalingEvent, happenedAt: Date): HappenedEvent | undefined {
    switch (event.type) {
      case 'stream-created':
        this.createdAtMs.set(event.stream, happenedAt.getTime());
        return this.ofStream(event.stream, 'stream.created', happenedAt, {});
      case 'stream-ended':
        return this.ofEndedStream(event.stream, event.reason, happenedAt);
      case 'publisher-opened':
        return ofSession(event, 'publish', 'publish.started', happenedAt, {
          tracks: event.tracks.map(({ kind, formats: [format] }) => ({ kind, codec: format.codecName })),
        });
      case 'publisher-state':
        return ofState(event, 'publish', event.state, happenedAt);
      case 'publisher-closed':
        return ofSession(event, 'publish', 'publish.stopped', happenedAt, {
          reason: event.reason,
          ...this.figuresOf(event, happenedAt),
        });
      case 'subscriber-opened':
        return ofSession(event, 'subscribe', 'subscribe.started', happenedAt, {});
      case 'subscriber-state':
        return ofState(event, 'subscribe', event.state, happenedAt);
      case 'subscriber-closed':
        return ofSession(event, 'subscribe', 'subscribe.stopped', happenedAt, {
          reason: event.reason,
          ...this.figuresOf(event, happenedAt),
        });
      default:
        return undefined;
    }
  }

  private ofEndedStream(stream: string, reason: string, happenedAt: Date): HappenedEvent {
    const durationMs = happenedAt.getTime() - (this.createdAtMs.get(stream) ?? happenedAt.getTime());
    this.createdAtMs.delete(stream);
    return this.ofStream(stream, 'stream.deleted', happenedAt, { reason, durationMs });
  }

  private ofStream(
    stream: string,
    type: 'stream.created' | 'stream.deleted',
    happenedAt: Date,
    data: Readonly<Record<string, unknown>>,
  ): HappenedEvent {
    return { type, subject: { kind: 'stream', id: stream }, stream, happenedAt, data };
  }

  private figuresOf({ stream, sessionId }: OfSession, happenedAt: Date): Readonly<Record<string, unknown>> {
    const live = this.streams.findStream(stream);
    const publisher = live?.session?.id === sessionId ? live.session : undefined;
    const session = publisher ?? live?.findSubscriber(sessionId);
    if (session === undefined) return {};
    const lost = publisher?.statistics.reduce((sum, track) => sum + track.packetsLost, 0);
    return {
      startedAt: new Date(session.createdAtMs).toISOString(),
      durationMs: happenedAt.getTime() - session.createdAtMs,
      bytes: session.traffic.bytes,
      packets: session.traffic.packets,
      ...(lost === undefined ? {} : { packetsLost: lost }),
    };
  }
}

function ofState(
  event: OfSession,
  kind: 'publish' | 'subscribe',
  state: string,
  happenedAt: Date,
): HappenedEvent | undefined {
  if (state !== 'connected' && state !== 'disconnected') return undefined;
  return ofSession(event, kind, `${kind}.${state}`, happenedAt, {});
}

function ofSession(
  { stream, sessionId }: OfSession,
  kind: SubjectKind,
  type: HappenedEvent['type'],
  happenedAt: Date,
  data: Readonly<Record<string, unknown>>,
): HappenedEvent {
  return { type, subject: { kind, id: sessionId }, stream, happenedAt, data };
}
