import { Injectable } from '@nestjs/common';
import { ExportDto } from './dto/export.dto.js';
import { ExportsService } from './exports.service.js';

const KEEP_ALIVE_INTERVAL_MS = 15_000;

/** Where a feed writes: an HTTP response. */
export interface FeedWriter {
  readonly writableNeedDrain: boolean;
  write(text: string): unknown;
  end(): unknown;
}

/** Server-sent events with one export: as it is, and whenever it changes. It ends with the export. */
@Injectable()
export class ExportsFeed {
  private readonly writers = new Map<FeedWriter, string>();
  private readonly keepAlive: NodeJS.Timeout;

  constructor(private readonly exports: ExportsService) {
    exports.on((event) => {
      const id = event.type === 'changed' ? event.export.id : event.id;
      for (const [writer, wanted] of this.writers) {
        if (wanted !== id) continue;
        if (event.type === 'changed') this.send(writer, new ExportDto(event.export));
        else this.end(writer);
      }
    });
    this.keepAlive = setInterval(() => this.stir(), KEEP_ALIVE_INTERVAL_MS).unref();
  }

  /** @returns ends the subscription @throws {ExportNotFoundError} before anything was written */
  async subscribe(id: string, begin: () => FeedWriter): Promise<() => void> {
    const first = new ExportDto(await this.exports.find(id));
    const writer = begin();
    this.writers.set(writer, id);
    this.send(writer, first);
    return () => this.writers.delete(writer);
  }

  /** Ends all subscriptions, so that the server may stop. */
  beforeApplicationShutdown(): void {
    clearInterval(this.keepAlive);
    for (const writer of this.writers.keys()) writer.end();
    this.writers.clear();
  }

  /** A reader that is slow misses progress, never the end. */
  private send(writer: FeedWriter, dto: ExportDto): void {
    const isOver = dto.state === 'completed' || dto.state === 'failed';
    if (writer.writableNeedDrain && !isOver) return;
    writer.write(`data: ${JSON.stringify(dto)}\n\n`);
    if (isOver) this.end(writer);
  }

  private end(writer: FeedWriter): void {
    this.writers.delete(writer);
    writer.end();
  }

  private stir(): void {
    for (const writer of this.writers.keys()) if (!writer.writableNeedDrain) writer.write(':\n\n');
  }
}
