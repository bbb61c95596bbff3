import { Injectable, Logger } from '@nestjs/common';
import { ExportDto } from './dto/export.dto.js';
import { ExportsService } from './exports.service.js';

const KEEP_ALIVE_INTERVAL_MS = 15_000;
/** How often the rows are read: other nodes make exports too, and delete them. */
const LOOK_EVERY_MS = 1000;

/** Where a feed writes: an HTTP response. */
export interface FeedWriter {
  readonly writableNeedDrain: boolean;
  write(text: string): unknown;
  end(): unknown;
}

/** Who follows an export. */
interface Follower {
  readonly id: string;
  /** Undefined until its first event is known. */
  writer: FeedWriter | undefined;
  /** Something happened while its first event was read. */
  isOutdated: boolean;
  sent: string;
}

/** Server-sent events with one export: as it is, and whenever it changes, on whichever node. It ends with the export. */
@Injectable()
export class ExportsFeed {
  private readonly logger = new Logger(ExportsFeed.name);
  private readonly followers = new Set<Follower>();
  private readonly timers: readonly NodeJS.Timeout[];
  private isLooking = false;

  constructor(private readonly exports: ExportsService) {
    exports.on((event) => {
      const id = event.type === 'changed' ? event.export.id : event.id;
      const dto = event.type === 'changed' ? new ExportDto(event.export) : undefined;
      for (const follower of this.followers) if (follower.id === id) this.tell(follower, dto);
    });
    this.timers = [
      setInterval(() => this.stir(), KEEP_ALIVE_INTERVAL_MS).unref(),
      setInterval(() => void this.look(), LOOK_EVERY_MS).unref(),
    ];
  }

  /** @returns ends the subscription @throws {ExportNotFoundError} before anything was written */
  async subscribe(id: string, begin: () => FeedWriter): Promise<() => void> {
    const follower: Follower = { id, writer: undefined, isOutdated: false, sent: '' };
    this.followers.add(follower);
    try {
      const first = new ExportDto(await this.exports.find(id));
      follower.writer = begin();
      this.tell(follower, first);
      if (follower.isOutdated) await this.lookAt([follower]);
    } catch (error) {
      this.followers.delete(follower);
      if (follower.writer === undefined) throw error;
      follower.writer.end();
    }
    return () => this.followers.delete(follower);
  }

  /** Ends all subscriptions, so that the server may stop. */
  beforeApplicationShutdown(): void {
    for (const timer of this.timers) clearInterval(timer);
    for (const { writer } of this.followers) writer?.end();
    this.followers.clear();
  }

  private async look(): Promise<void> {
    if (this.isLooking || this.followers.size === 0) return;
    this.isLooking = true;
    try {
      await this.lookAt([...this.followers].filter(({ writer }) => writer !== undefined));
    } catch (error) {
      this.logger.warn({ err: error }, 'Exports could not be looked at; it is tried again.');
    } finally {
      this.isLooking = false;
    }
  }

  private async lookAt(followers: readonly Follower[]): Promise<void> {
    const views = await this.exports.findAll(new Set(followers.map(({ id }) => id)));
    for (const follower of followers) {
      const view = views.get(follower.id);
      if (this.followers.has(follower)) this.tell(follower, view && new ExportDto(view));
    }
  }

  /** A reader that is slow misses progress, never the end. @param dto undefined of one that is deleted */
  private tell(follower: Follower, dto: ExportDto | undefined): void {
    const { writer } = follower;
    if (writer === undefined) {
      follower.isOutdated = true;
      return;
    }
    const isOver = dto === undefined || dto.state === 'completed' || dto.state === 'failed';
    if (writer.writableNeedDrain && !isOver) return;
    const event = dto === undefined ? follower.sent : `data: ${JSON.stringify(dto)}\n\n`;
    if (event !== follower.sent) writer.write(event);
    follower.sent = event;
    if (!isOver) return;
    this.followers.delete(follower);
    writer.end();
  }

  private stir(): void {
    for (const { writer } of this.followers) if (writer?.writableNeedDrain === false) writer.write(':\n\n');
  }
}
