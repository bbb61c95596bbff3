import type { IncomingHttpHeaders } from 'node:http';

export type SpanAttributes = Readonly<Record<string, string | number | boolean | string[]>>;

export interface SpanOptions {
  /** `server`: it answers a request from elsewhere. */
  readonly kind?: 'server' | 'internal';
  /** Absent: the span that is active, or that the headers name; without either a new trace begins. */
  readonly parent?: TraceSpan;
  /** With `traceparent` and `tracestate` of W3C Trace Context, as whoever asks sent them. */
  readonly headers?: IncomingHttpHeaders;
  readonly attributes?: SpanAttributes;
  /** Epoch milliseconds; absent: now. */
  readonly startMs?: number;
}

/** One step of a trace. What is said of it after its end is forgotten. */
export interface TraceSpan {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  rename(name: string): void;
  set(attributes: SpanAttributes): void;
  /** Something that happened on the way. */
  event(name: string, attributes?: SpanAttributes): void;
  /** @param code for machines, becomes `error.type` @param message for people */
  fail(code: string, message?: string): void;
  /** @param endMs epoch milliseconds; absent: now */
  end(endMs?: number): void;
}

/** What is traced and where it goes. Off it is {@link NoTracing}, and nobody asks anything else of it than whether it is on. */
export abstract class Tracing {
  abstract readonly isOn: boolean;

  abstract start(name: string, options?: SpanOptions): TraceSpan;

  /** The step that is being taken here, whatever has been waited for meanwhile. */
  abstract get active(): TraceSpan | undefined;

  /** What `task` does belongs to the span, if there is one. */
  abstract within<T>(span: TraceSpan | undefined, task: () => T): T;

  /** Calls back before the last spans are sent, to end those that are open. */
  abstract beforeClose(callback: () => void): void;

  /** Sends what is left, for a moment. */
  abstract close(): Promise<void>;
}

export class NoTracing extends Tracing {
  readonly isOn = false;
  readonly active = undefined;

  start(): never {
    throw new RangeError('Nothing is traced.');
  }

  within<T>(_span: TraceSpan | undefined, task: () => T): T {
    return task();
  }

  beforeClose(): void {
    // Nothing is open.
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** @returns what every line of the log says of the trace that it belongs to, by the names of OpenTelemetry's log formats */
export function traceFields({ active }: Tracing): object {
  return active === undefined ? {} : { trace_id: active.traceId, span_id: active.spanId };
}
