import { Counter, Gauge, type Registry } from 'prom-client';
import type { Engine, EngineEvent } from '../../engine/index.js';
import type { Clock } from '../../shared/clock.js';
import { largestOf } from '../../shared/extremes.js';
import type { IndexEventsService } from '../index/index-events.service.js';
import type { IndexEvent } from '../index/ports/index-event.js';
import type { SignalingService } from '../signaling/signaling.service.js';
import { RisingCounter } from './rising-counter.js';

/** So many streams have a metric of their own; of the others only the worst is shown. */
const MOST_STREAMS = 500;
const MS = 1000;
const FAILURE_CODES: readonly Extract<EngineEvent, { type: 'recording-failed' }>['code'][] = [
  'disk-full',
  'io-error',
  'memory-exhausted',
];

interface Sources {
  readonly engine: Pick<Engine, 'on'>;
  readonly signaling: Pick<SignalingService, 'streams'>;
  readonly indexEvents: Pick<IndexEventsService, 'on'>;
  readonly clock: Clock;
}

/** Whether recordings go on as they should. */
export class RecordingMetrics {
  private readonly committedAtMs = new Map<string, number>();
  private readonly gapStarts = new Map<string, number>();
  private readonly segments: Counter;
  private readonly bytes: Counter;
  private readonly gaps: Counter;
  private readonly failures: Counter;
  private readonly framesDropped: RisingCounter<string>;

  constructor(
    private readonly sources: Sources,
    registry: Registry,
  ) {
    const registers = [registry];
    this.segments = new Counter({ name: 'aircheck_segments_committed_total', help: 'Segments with a row', registers });
    this.bytes = new Counter({ name: 'aircheck_segment_bytes_total', help: 'Their media', registers });
    this.gaps = new Counter({
      name: 'aircheck_recording_gaps_total',
      help: 'Stretches of recordings that are missing',
      labelNames: ['cause'],
      registers,
    });
    this.failures = new Counter({
      name: 'aircheck_recordings_failed_total',
      help: 'Recordings that could not go on',
      labelNames: ['code'],
      registers,
    });
    // What begins with 1 has risen for nobody who asks by how much.
    for (const code of FAILURE_CODES) this.failures.inc({ code }, 0);
    this.framesDropped = RisingCounter.make(
      registry,
      'aircheck_frames_dropped_total',
      'Frames that came incomplete, or that nothing before them could be decoded for',
    );
    this.addAges(registry);
    sources.indexEvents.on((event) => {
      this.hearRows(event);
    });
    sources.engine.on((event) => {
      this.hearEngine(event);
    });
  }

  private addAges(registry: Registry): void {
    const ages = (): [string, number][] => this.ages();
    new Gauge({
      name: 'aircheck_last_segment_age_seconds',
      help: 'Since the last segment of a stream that is recorded has its row',
      labelNames: ['stream'],
      registers: [registry],
      collect() {
        this.reset();
        for (const [stream, seconds] of ages().slice(0, MOST_STREAMS)) this.set({ stream }, seconds);
      },
    });
    new Gauge({
      name: 'aircheck_last_segment_age_max_seconds',
      help: 'The same of the stream where it is longest ago',
      registers: [registry],
      collect() {
        this.set(Math.max(0, largestOf(ages().map(([, seconds]) => seconds))));
      },
    });
  }

  /** Of streams that are live and recorded: while a publisher is away nothing is expected. Oldest first. */
  private ages(): [string, number][] {
    const nowMs = this.sources.clock.monotonicMs();
    const recorded = this.sources.signaling
      .streams()
      .filter(({ isRecording, publisher }) => isRecording && publisher?.state === 'connected')
      .map(({ name }): string => name);
    const isRecorded = new Set(recorded);
    for (const stream of this.committedAtMs.keys()) if (!isRecorded.has(stream)) this.committedAtMs.delete(stream);
    for (const stream of recorded) if (!this.committedAtMs.has(stream)) this.committedAtMs.set(stream, nowMs);
    return [...this.committedAtMs]
      .map(([stream, atMs]): [string, number] => [stream, (nowMs - atMs) / MS])
      .sort(([, a], [, b]) => b - a);
  }

  private hearRows(event: IndexEvent): void {
    if (event.type === 'segment-committed') {
      this.committedAtMs.set(event.stream, this.sources.clock.monotonicMs());
      this.segments.inc();
      this.bytes.inc(event.segment.sizeBytes);
    } else if (event.type === 'session-changed' && event.session.endedAt !== null) this.forget(event.session.id);
  }

  private hearEngine(event: EngineEvent): void {
    if (event.type === 'recording-failed') this.failures.inc({ code: event.code });
    else if (event.type === 'gap-recorded') this.hearGap(event);
    else if (event.type === 'reception-counted') {
      for (const { kind, framesDropped } of event.tracks) {
        this.framesDropped.tell(`${event.recordingSessionId} ${kind}`, framesDropped);
      }
    }
  }

  /** One that is told again has grown. */
  private hearGap({ recordingSessionId, gap }: Extract<EngineEvent, { type: 'gap-recorded' }>): void {
    const track = `${recordingSessionId} ${gap.kind}`;
    if (this.gapStarts.get(track) === gap.startMs) return;
    this.gapStarts.set(track, gap.startMs);
    this.gaps.inc({ cause: gap.cause });
  }

  private forget(sessionId: string): void {
    for (const kind of ['audio', 'video']) {
      this.gapStarts.delete(`${sessionId} ${kind}`);
      this.framesDropped.forget(`${sessionId} ${kind}`);
    }
  }
}
