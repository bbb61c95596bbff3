import type { SessionCloseReason } from '../../engine/index.js';
import type { Clock } from '../../shared/clock.js';
import type { SpanAttributes, Tracing, TraceSpan } from '../../platform/tracing/tracing.js';

/** After these the publisher has gone as it should. */
const GOODBYES: readonly SessionCloseReason[] = ['requested', 'replaced', 'peer-closed', 'shutdown'];
/** The first packet of a publisher that is connected comes at once; one that is slow makes its pictures first. */
const MEDIA_LIMIT_MS = 15_000;
/** The file is closed, its rows are written: both may take a moment. */
const COMMIT_LIMIT_MS = 30_000;
const STORE_LIMIT_MS = 600_000;
/** Segments are cut at times of the media, which came a moment later. */
const SLACK_MS = 1_000;
/** Each try to store is a span. */
const MOST_TRIES = 20;

export interface SessionFacts {
  readonly stream: string;
  readonly sessionId: string;
  readonly attributes: SpanAttributes;
  /** Of the request that asked for the session; undefined where none did. */
  readonly request: TraceSpan | undefined;
  /** The longest that a segment lasts. */
  readonly segmentLimitMs: number;
}

export interface CommittedSegment {
  readonly number: number;
  readonly sizeBytes: number;
  readonly durationMs: number;
  /** What has to come into a bucket; nothing where the segment lies where it stays. */
  readonly awaitedKeys: readonly string[];
}

interface Step {
  readonly span: TraceSpan;
  readonly limitMs: number;
}

type StepName = 'connect' | 'first media' | 'first segment' | 'store';

/** By what name a step fails that was not done in time. */
const OVERDUE: Readonly<Record<StepName, string>> = {
  connect: 'connect-timeout',
  'first media': 'no-media',
  'first segment': 'no-segment',
  store: 'not-stored',
};

/**
 * What becomes of one publishing session: `publish` from the offer to its end, in it `connect`, `first media`, `first segment` and
 * `store`, which begin where the one before ends. A step that fails is an error, and so is the session then.
 */
export class SessionTrace {
  readonly span: TraceSpan;
  private readonly steps = new Map<StepName, Step>();
  private readonly awaited = new Set<string>();
  private mediaAtMs: number | undefined;
  private isRecorded = false;
  private closedAtMs: number | undefined;
  private tries = 0;

  constructor(
    private readonly facts: SessionFacts,
    private readonly tracing: Tracing,
    private readonly clock: Clock,
  ) {
    const { request, stream, sessionId, attributes } = facts;
    const named = { 'aircheck.stream': stream, 'aircheck.session.id': sessionId, ...attributes };
    this.span = tracing.start('publish', { attributes: named, ...(request === undefined ? {} : { parent: request }) });
    this.begin('connect', Infinity);
  }

  /** Nothing more can come of it. */
  get isOver(): boolean {
    return this.closedAtMs !== undefined && this.steps.size === 0;
  }

  connected(): void {
    if (!this.steps.has('connect')) {
      this.span.event('connected');
      return;
    }
    this.done('connect');
    this.begin('first media', MEDIA_LIMIT_MS);
  }

  disconnected(): void {
    this.span.event('disconnected');
  }

  /** @param atMs when its first packet came @param isRecorded whether its stream is */
  media(atMs: number, isRecorded: boolean): void {
    if (this.mediaAtMs === undefined) {
      this.mediaAtMs = atMs;
      if (!this.steps.has('first media')) this.span.event('first media');
      this.done('first media', {}, atMs);
    }
    if (!isRecorded || this.isRecorded || this.closedAtMs !== undefined) return;
    this.isRecorded = true;
    const isFromStart = this.clock.epochMs() - this.mediaAtMs < MEDIA_LIMIT_MS;
    const limitMs = this.facts.segmentLimitMs + COMMIT_LIMIT_MS;
    this.begin('first segment', limitMs, isFromStart ? this.mediaAtMs : undefined);
  }

  /** A segment of its stream has its rows. */
  committed(segment: CommittedSegment): void {
    const nowMs = this.clock.epochMs();
    if (!this.steps.has('first segment') || nowMs - segment.durationMs < (this.mediaAtMs ?? nowMs) - SLACK_MS) return;
    const { number, sizeBytes, awaitedKeys } = segment;
    for (const key of awaitedKeys) this.awaited.add(key);
    this.beginStore();
    this.done('first segment', { 'aircheck.segment.number': number, 'aircheck.segment.size': sizeBytes });
    if (awaitedKeys.length === 0) this.done('store', { 'aircheck.storage': 'local' });
  }

  /** An object has come into the bucket. */
  stored(key: string): void {
    if (!this.awaited.delete(key) || this.awaited.size > 0) return;
    this.done('store', { 'aircheck.storage': 'bucket' });
  }

  /** It could not be stored this time. */
  storeFailed(key: string, reason: string): void {
    if (!this.awaited.has(key)) return;
    if (this.tries === MOST_TRIES) {
      this.failed('store', 'upload-failed', reason);
      return;
    }
    const { span } = this.steps.get('store') ?? {};
    span?.fail('upload-failed', reason);
    span?.end();
    this.span.event('upload failed', { 'error.message': reason });
    this.beginStore();
  }

  /** Its bytes are nowhere. */
  lost(key: string): void {
    if (this.awaited.has(key)) this.failed('store', 'upload-lost', `${key} is lost`);
  }

  renamed(key: string, newKey: string): void {
    if (this.awaited.delete(key)) this.awaited.add(newKey);
  }

  recordingFailed(code: string, message: string): void {
    if (this.steps.has('first segment')) this.failed('first segment', code, message);
    else this.span.fail(code, message);
  }

  closed(reason: SessionCloseReason): void {
    if (this.closedAtMs !== undefined) return;
    this.span.set({ 'aircheck.close_reason': reason });
    if (this.steps.has('connect')) this.failed('connect', reason, 'it never connected');
    if (this.steps.has('first media')) this.failed('first media', 'no-media', 'it ended before any media came');
    if (!GOODBYES.includes(reason)) this.span.fail(reason);
    this.closedAtMs = this.clock.epochMs();
    this.endIfDone();
  }

  /** Steps that take too long have failed. */
  sweep(): void {
    const nowMs = this.clock.epochMs();
    for (const [name, { limitMs }] of this.steps) {
      if (nowMs >= limitMs) this.failed(name, OVERDUE[name], 'it took too long');
    }
  }

  /** The server ends. */
  end(): void {
    for (const name of [...this.steps.keys()]) this.failed(name, 'node-stopped');
    this.closed('shutdown');
  }

  private beginStore(): void {
    this.tries += 1;
    this.begin('store', STORE_LIMIT_MS, undefined, { 'aircheck.attempt': this.tries });
  }

  private begin(name: StepName, limitMs: number, startMs?: number, attributes: SpanAttributes = {}): void {
    const options = { parent: this.span, attributes, ...(startMs === undefined ? {} : { startMs }) };
    this.steps.set(name, { span: this.tracing.start(name, options), limitMs: this.clock.epochMs() + limitMs });
  }

  private done(name: StepName, attributes: SpanAttributes = {}, endMs?: number): void {
    const step = this.steps.get(name);
    if (step === undefined) return;
    step.span.set(attributes);
    step.span.end(endMs);
    this.steps.delete(name);
    this.endIfDone();
  }

  private failed(name: StepName, code: string, message?: string): void {
    if (name === 'store') this.awaited.clear();
    this.steps.get(name)?.span.fail(code, message);
    this.span.fail(code, message);
    this.done(name);
  }

  /** Its last step may be done after its end. */
  private endIfDone(): void {
    if (this.isOver) this.span.end(this.closedAtMs);
  }
}
