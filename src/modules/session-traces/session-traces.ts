import type { Engine, EngineEvent, TrackStatistics } from '../../engine/index.js';
import { afterCommit } from '../../persistence/transaction.js';
import type { Tracing } from '../../platform/tracing/tracing.js';
import type { Clock } from '../../shared/clock.js';
import type { IndexEventsService } from '../index/index-events.service.js';
import type { IndexEvent } from '../index/ports/index-event.js';
import type { SignalingEvent } from '../signaling/ports/signaling-event.js';
import type { SignalingService } from '../signaling/signaling.service.js';
import type { OutboxService } from '../storage/outbox.service.js';
import type { UploadListener } from '../storage/ports/upload-listener.js';
import { SessionTrace } from './session-trace.js';

export interface TraceSources {
  readonly engine: Pick<Engine, 'on' | 'tellWithin'>;
  readonly signaling: Pick<SignalingService, 'on' | 'findStream'>;
  readonly indexEvents: Pick<IndexEventsService, 'on'>;
  readonly outbox: Pick<OutboxService, 'tellUploads'>;
}

type Opened = Extract<SignalingEvent, { type: 'publisher-opened' }>;

/** A trace for each publishing session, of what all parts of the server tell of it. */
export class SessionTraces {
  /** By session, oldest first; those that are over go. */
  private readonly traces = new Map<string, SessionTrace>();
  private readonly latest = new Map<string, SessionTrace>();

  /** @param segmentLimitMs the longest that a segment lasts */
  constructor(
    private readonly sources: TraceSources,
    private readonly tracing: Tracing,
    private readonly clock: Clock,
    private readonly segmentLimitMs: number,
  ) {
    const { engine, signaling, indexEvents, outbox } = sources;
    engine.tellWithin((stream, tell) => {
      tracing.within(this.latest.get(stream)?.span, tell);
    });
    engine.on((event) => {
      this.hearEngine(event);
    });
    signaling.on((event) => {
      this.hear(event);
    });
    indexEvents.on((event) => {
      this.hearRows(event);
    });
    outbox.tellUploads(this.uploads());
    tracing.beforeClose(() => {
      for (const trace of this.traces.values()) trace.end();
    });
  }

  /** Once a second. */
  sweep(): void {
    for (const trace of this.traces.values()) trace.sweep();
    this.forgetThoseOver();
  }

  private hear(event: SignalingEvent): void {
    switch (event.type) {
      case 'publisher-opened':
        this.open(event);
        break;
      case 'publisher-state':
        if (event.state === 'connected') this.traces.get(event.sessionId)?.connected();
        if (event.state === 'disconnected') this.traces.get(event.sessionId)?.disconnected();
        break;
      case 'statistics':
        this.hearStatistics(event.stream, event.tracks);
        break;
      case 'publisher-closed':
        this.traces.get(event.sessionId)?.closed(event.reason);
        break;
      default:
    }
  }

  private open({ stream, sessionId, tracks }: Opened): void {
    const attributes = { 'aircheck.codecs': tracks.map(({ formats: [format] }) => format.codecName) };
    const { active: request } = this.tracing;
    const { segmentLimitMs } = this;
    const facts = { stream, sessionId, attributes, request, segmentLimitMs };
    const trace = new SessionTrace(facts, this.tracing, this.clock);
    this.traces.set(sessionId, trace);
    this.latest.set(stream, trace);
  }

  private hearStatistics(stream: string, tracks: readonly TrackStatistics[]): void {
    const agoMs = Math.max(...tracks.map(({ firstPacketAgoMs = -Infinity }) => firstPacketAgoMs));
    if (agoMs < 0) return;
    const isRecorded = this.sources.signaling.findStream(stream)?.isRecording === true;
    this.latest.get(stream)?.media(this.clock.epochMs() - agoMs, isRecorded);
  }

  private hearEngine(event: EngineEvent): void {
    if (event.type !== 'recording-failed') return;
    const session = this.tracing.active;
    for (const trace of this.traces.values()) {
      if (trace.span === session) trace.recordingFailed(event.code, event.message);
    }
  }

  private hearRows(event: IndexEvent): void {
    if (event.type !== 'segment-committed') return;
    const { number, sizeBytes, durationMs, state, objects } = event.segment;
    const awaitedKeys = state === 'uploading' ? objects.map(({ objectKey }) => objectKey) : [];
    this.latest.get(event.stream)?.committed({ number, sizeBytes, durationMs, awaitedKeys });
  }

  /** Told when it is certain. */
  private uploads(): Partial<UploadListener> {
    const tell =
      (what: (trace: SessionTrace, key: string, more: string) => void) =>
      (manager: Parameters<UploadListener['stored']>[0], key: string, more = ''): Promise<void> => {
        afterCommit(manager, () => {
          for (const trace of this.traces.values()) what(trace, key, more);
        });
        return Promise.resolve();
      };
    const renamed = tell((trace, key, newKey) => trace.renamed(key, newKey));
    return {
      stored: tell((trace, key) => trace.stored(key)),
      failed: tell((trace, key, reason) => trace.storeFailed(key, reason)),
      lost: tell((trace, key) => trace.lost(key)),
      renamed: async (...renaming) => {
        await renamed(...renaming);
        return false;
      },
    };
  }

  private forgetThoseOver(): void {
    for (const [id, trace] of this.traces) if (trace.isOver) this.traces.delete(id);
    for (const [stream, trace] of this.latest) if (trace.isOver) this.latest.delete(stream);
  }
}
