import { Tracing, type SpanAttributes, type SpanOptions, type TraceSpan } from '../../platform/tracing/tracing.js';
import { SessionTrace } from './session-trace.js';

class Span implements TraceSpan {
  readonly traceId = '0';
  readonly spanId = '0';
  attributes: SpanAttributes = {};
  error: string | undefined;
  endedMs: number | undefined;

  constructor(
    readonly name: string,
    readonly startMs: number,
    private readonly nowMs: () => number,
  ) {}

  rename(): void {
    throw new Error('A step keeps its name.');
  }

  set(attributes: SpanAttributes): void {
    this.attributes = { ...this.attributes, ...attributes };
  }

  event(): void {
    // Not looked at here.
  }

  fail(code: string): void {
    this.error = code;
  }

  end(endMs = this.nowMs()): void {
    if (this.endedMs !== undefined) throw new Error(`${this.name} ended twice.`);
    this.endedMs = endMs;
  }
}

class RecordedTracing extends Tracing {
  readonly isOn = true;
  readonly active = undefined;
  readonly spans: Span[] = [];
  nowMs = 0;

  start(name: string, { startMs = this.nowMs }: SpanOptions = {}): Span {
    const span = new Span(name, startMs, () => this.nowMs);
    this.spans.push(span);
    return span;
  }

  within<T>(_span: TraceSpan | undefined, task: () => T): T {
    return task();
  }

  beforeClose(): void {
    throw new Error('A trace alone does not listen.');
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** `name start-end error` of each, a dash where it is open. */
  get told(): string[] {
    return this.spans.map(({ name, startMs, endedMs = '', error = '' }) =>
      `${name} ${startMs}-${endedMs} ${error}`.trim(),
    );
  }
}

describe('the trace of a publishing session', () => {
  let tracing: RecordedTracing;
  let trace: SessionTrace;
  const segment = {
    number: 1,
    sizeBytes: 7,
    durationMs: 1000,
    awaitedKeys: ['cam/seg_0001.m4s', 'cam/audio_seg_0001.m4s'],
  };

  const at = (nowMs: number, happens: () => void): void => {
    tracing.nowMs = nowMs;
    happens();
  };

  beforeEach(() => {
    tracing = new RecordedTracing();
    const clock = { epochMs: () => tracing.nowMs, monotonicMs: () => tracing.nowMs };
    const facts = { stream: 'cam', sessionId: 's', attributes: {}, request: undefined, segmentLimitMs: 12_000 };
    trace = new SessionTrace(facts, tracing, clock);
  });

  function toFirstSegment(): void {
    at(100, () => trace.connected());
    at(1000, () => trace.media(150, true));
    at(2000, () => trace.committed(segment));
  }

  it('has its steps one after the other, each from where it began', () => {
    toFirstSegment();
    at(2100, () => trace.stored('cam/seg_0001.m4s'));
    at(2200, () => trace.stored('cam/audio_seg_0001.m4s'));
    at(3000, () => trace.committed({ ...segment, number: 2 }));
    at(9000, () => trace.closed('requested'));

    expect(tracing.told).toEqual([
      'publish 0-9000',
      'connect 0-100',
      'first media 100-150',
      'first segment 150-2000',
      'store 2000-2200',
    ]);
    expect(trace.isOver).toBe(true);
  });

  it('is stored at once where nothing has to go anywhere, and ends as it was closed when that comes late', () => {
    at(100, () => trace.connected());
    at(1000, () => trace.media(150, true));
    at(1500, () => trace.closed('requested'));
    expect(trace.isOver).toBe(false);
    at(2000, () => trace.committed({ ...segment, awaitedKeys: [] }));

    expect(tracing.told.slice(3)).toEqual(['first segment 150-2000', 'store 2000-2000']);
    expect(tracing.told[0]).toBe('publish 0-1500');
  });

  it('has one step for each try to store', () => {
    toFirstSegment();
    at(2500, () => trace.storeFailed('cam/seg_0001.m4s', 'refused'));
    at(2600, () => trace.storeFailed('other', 'refused'));
    at(3000, () => trace.stored('cam/seg_0001.m4s'));
    at(3100, () => trace.renamed('cam/audio_seg_0001.m4s', 'cam/audio_seg_0001-2.m4s'));
    at(3200, () => trace.stored('cam/audio_seg_0001-2.m4s'));

    expect(tracing.told.slice(4)).toEqual(['store 2000-2500 upload-failed', 'store 2500-3200']);
    expect(tracing.told[0]).toBe('publish 0-');
  });

  it.each([
    ['never connects', () => at(15_000, () => trace.closed('connect-timeout')), 'connect 0-15000 connect-timeout'],
    [
      'sends nothing',
      () => {
        at(100, () => trace.connected());
        at(15_100, () => trace.sweep());
      },
      'first media 100-15100 no-media',
    ],
    [
      'leaves before it sends',
      () => {
        at(100, () => trace.connected());
        at(200, () => trace.closed('requested'));
      },
      'first media 100-200 no-media',
    ],
    [
      'fills the disk',
      () => {
        at(100, () => trace.connected());
        at(1000, () => trace.media(150, true));
        at(1500, () => trace.recordingFailed('disk-full', 'no space'));
      },
      'first segment 150-1500 disk-full',
    ],
    [
      'gets no row',
      () => {
        at(100, () => trace.connected());
        at(1000, () => trace.media(150, true));
        at(43_000, () => trace.sweep());
      },
      'first segment 150-43000 no-segment',
    ],
    [
      'loses its file',
      () => {
        toFirstSegment();
        at(3000, () => trace.lost('cam/seg_0001.m4s'));
      },
      'store 2000-3000 upload-lost',
    ],
    [
      'is not stored in time',
      () => {
        toFirstSegment();
        at(700_000, () => trace.sweep());
      },
      'store 2000-700000 not-stored',
    ],
  ])('fails when it %s', (_what, happens, expected) => {
    happens();

    expect(tracing.told).toContain(expected);
    expect(tracing.spans[0]?.error).toBe(expected.split(' ').at(-1));
  });

  it('ends all that is open with the server', () => {
    toFirstSegment();
    at(2500, () => trace.end());

    expect(tracing.told).toContain('store 2000-2500 node-stopped');
    expect(trace.isOver).toBe(true);
  });

  it('has no segment where nothing is recorded, and none of the publisher before', () => {
    at(10_000, () => trace.connected());
    at(10_500, () => trace.media(10_100, false));
    at(10_600, () => trace.committed(segment));
    expect(tracing.spans.map(({ name }) => name)).toEqual(['publish', 'connect', 'first media']);

    at(11_000, () => trace.media(10_100, true));
    at(11_050, () => trace.committed({ ...segment, durationMs: 6000 }));
    expect(tracing.told.at(-1)).toBe('first segment 10100-');
  });
});
