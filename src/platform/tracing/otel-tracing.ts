import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout } from 'node:timers/promises';
import {
  defaultTextMapGetter,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  type Resource,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { AppConfig } from '../../config/index.js';
import { ReportingExporter, type ExportLog } from './reporting-exporter.js';
import { samplerOf } from './sampler.js';
import { Tracing, type SpanAttributes, type SpanOptions, type TraceSpan } from './tracing.js';

const SCOPE = 'aircheck';
const SEND_EVERY_MS = 1_000;
const ANSWER_LIMIT_MS = 5_000;
/** A server that ends does not wait longer for a collector. */
const CLOSE_LIMIT_MS = 2_000;

export interface OtelSurroundings {
  readonly config: Pick<AppConfig, 'tracing' | 'recorder'>;
  readonly version: string;
  readonly log: ExportLog;
}

/** Traces with the SDK of OpenTelemetry: spans wait in memory, at most 2048 of them, and nothing ever waits for the collector. */
export class OtelTracing extends Tracing {
  readonly isOn = true;
  private readonly provider: TracerProvider;
  private readonly tracer: Tracer;
  private readonly propagator = new W3CTraceContextPropagator();
  private readonly spans = new AsyncLocalStorage<TraceSpan>();
  private readonly closing: (() => void)[] = [];

  constructor({ config, version, log }: OtelSurroundings) {
    super();
    const { url, headers } = config.tracing;
    const exporter = new OTLPTraceExporter({ url, headers: headersOf(headers), timeoutMillis: ANSWER_LIMIT_MS });
    const processor = new BatchSpanProcessor({
      exporter: new ReportingExporter(exporter, log),
      scheduledDelayMillis: SEND_EVERY_MS,
    });
    const resource = resourceOf(config, version);
    this.provider = new TracerProvider({ resource, sampler: samplerOf(config.tracing), spanProcessors: [processor] });
    this.tracer = this.provider.getTracer(SCOPE, version);
  }

  get active(): TraceSpan | undefined {
    return this.spans.getStore();
  }

  start(name: string, options: SpanOptions = {}): TraceSpan {
    const { kind = 'internal', attributes = {}, startMs } = options;
    const settings = {
      kind: kind === 'server' ? SpanKind.SERVER : SpanKind.INTERNAL,
      attributes: { ...attributes },
      ...(startMs === undefined ? {} : { startTime: startMs }),
    };
    return new OtelSpan(this.tracer.startSpan(name, settings, this.parentOf(options)));
  }

  within<T>(span: TraceSpan | undefined, task: () => T): T {
    return span === undefined ? this.spans.exit(task) : this.spans.run(span, task);
  }

  beforeClose(callback: () => void): void {
    this.closing.push(callback);
  }

  async close(): Promise<void> {
    for (const callback of this.closing.splice(0)) callback();
    const sent = this.provider.shutdown().catch(() => undefined);
    await Promise.race([sent, setTimeout(CLOSE_LIMIT_MS, undefined, { ref: false })]);
  }

  private parentOf({ parent = this.active, headers }: SpanOptions): Context {
    if (headers !== undefined) return this.propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
    return parent instanceof OtelSpan ? trace.setSpan(ROOT_CONTEXT, parent.span) : ROOT_CONTEXT;
  }
}

class OtelSpan implements TraceSpan {
  constructor(readonly span: Span) {}

  get traceId(): string {
    return this.span.spanContext().traceId;
  }

  get spanId(): string {
    return this.span.spanContext().spanId;
  }

  rename(name: string): void {
    this.span.updateName(name);
  }

  set(attributes: SpanAttributes): void {
    this.span.setAttributes({ ...attributes });
  }

  event(name: string, attributes: SpanAttributes = {}): void {
    this.span.addEvent(name, { ...attributes });
  }

  fail(code: string, message = code): void {
    this.span.setAttribute('error.type', code);
    this.span.setStatus({ code: SpanStatusCode.ERROR, message });
  }

  end(endMs?: number): void {
    this.span.end(endMs);
  }
}

/** @param headers `name=value`, percent-encoded as in W3C Baggage */
function headersOf(headers: readonly string[]): Record<string, string> {
  const pairs = headers.map((header) => {
    const [name = '', ...value] = header.split('=');
    return [name.trim(), decoded(value.join('=').trim())] as const;
  });
  return Object.fromEntries(pairs);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What `OTEL_RESOURCE_ATTRIBUTES` says is kept beside what we know. */
function resourceOf({ tracing, recorder }: OtelSurroundings['config'], version: string): Resource {
  const own = resourceFromAttributes({
    'service.name': tracing.service_name === '' ? SCOPE : tracing.service_name,
    'service.version': version,
    'service.instance.id': recorder.node_alias,
  });
  return defaultResource()
    .merge(detectResources({ detectors: [resourceAttributesEnvDetector] }))
    .merge(own);
}
