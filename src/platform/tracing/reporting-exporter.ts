import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';

export interface ExportLog {
  log(message: string): void;
  warn(message: string): void;
}

/** Says once that spans cannot be sent, and once that they can be again: a collector that is away is no news every second. */
export class ReportingExporter implements SpanExporter {
  private lost = 0;

  constructor(
    private readonly exporter: SpanExporter,
    private readonly log: ExportLog,
  ) {}

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.exporter.export(spans, (result) => {
      if (result.code === ExportResultCode.SUCCESS) this.answered();
      else this.failed(spans.length, result.error?.message ?? 'no reason given');
      done(result);
    });
  }

  async forceFlush(): Promise<void> {
    await this.exporter.forceFlush?.();
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }

  private answered(): void {
    if (this.lost > 0) this.log.log(`Spans reach the collector again; ${String(this.lost)} are lost.`);
    this.lost = 0;
  }

  private failed(count: number, reason: string): void {
    if (this.lost === 0) this.log.warn(`Spans do not reach the collector and are lost: ${reason}`);
    this.lost += count;
  }
}
