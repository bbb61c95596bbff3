import type { IndexEvent } from '../../index/ports/index-event.js';
import type { EventType, HappenedEvent } from './event.js';

const NEWS_MS = 60_000;

type Session = Extract<IndexEvent, { type: 'session-changed' }>['session'];
type Segment = Extract<IndexEvent, { type: 'segment-committed' }>;

/** @returns what a change of the index is to those who are told of recordings; undefined for nothing */
export function eventOfIndex(event: IndexEvent, happenedAt: Date): HappenedEvent | undefined {
  switch (event.type) {
    case 'session-changed':
      return ofSession(event.session, happenedAt);
    case 'session-deleted':
      return {
        type: 'recording.deleted',
        subject: { kind: 'recording', id: event.sessionId },
        stream: event.stream,
        happenedAt,
        data: {},
      };
    case 'segment-committed':
      return ofSegment(event, happenedAt);
    case 'node-changed':
      return undefined;
  }
}

/** A row changes more often than what happens: only another state is an event. */
function ofSession(session: Session, happenedAt: Date): HappenedEvent {
  return {
    type: (before) => {
      if (before === undefined && isLongOver(session, happenedAt)) return undefined;
      const type = typeOf(session, before);
      return type === before ? undefined : type;
    },
    subject: { kind: 'recording', id: session.id },
    stream: session.stream,
    happenedAt,
    data: {
      trigger: session.trigger,
      reason: session.reason,
      mpdPath: session.mpdPath,
      startedAt: session.startedAt.toISOString(),
      endedAt: session.endedAt?.toISOString() ?? null,
      durationMs: session.durationMs,
      sizeBytes: session.sizeBytes,
      segments: session.segmentCount,
      gaps: session.gapCount,
      gapMs: session.gapMs,
    },
  };
}

/** What ended before anybody wanted to know is no news when its row changes once more. */
function isLongOver({ endedAt }: Session, now: Date): boolean {
  return endedAt !== null && now.getTime() - endedAt.getTime() > NEWS_MS;
}

function typeOf({ state }: Session, before: string | undefined): EventType | undefined {
  switch (state) {
    case 'waiting':
    case 'finalizing':
      return undefined;
    case 'recording':
      if (before === 'recording.interrupted') return 'recording.resumed';
      return before === 'recording.resumed' ? before : 'recording.started';
    case 'interrupted':
      return 'recording.interrupted';
    case 'completed':
      return 'recording.completed';
    case 'failed':
      return 'recording.failed';
  }
}

function ofSegment({ stream, segment }: Segment, happenedAt: Date): HappenedEvent {
  return {
    type: 'segment.committed',
    subject: { kind: 'recording', id: segment.sessionId },
    stream,
    happenedAt,
    data: {
      directory: segment.directory,
      number: segment.number,
      period: segment.period,
      startMs: segment.startMs,
      durationMs: segment.durationMs,
      sizeBytes: segment.sizeBytes,
      objects: segment.objects.map(({ kind, objectKey, sizeBytes, sha256 }) => ({
        kind,
        objectKey,
        sizeBytes,
        sha256,
      })),
    },
  };
}
