import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DataSource } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '../../../config/index.js';
import { forgetOld } from './forget-old.js';

const HOUR_MS = 3_600_000;

/** Keeps what is remembered of deleted media within bounds, every hour. */
@Injectable()
export class MemoryKeeperService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(MemoryKeeperService.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;

  constructor(
    private readonly dataSource: DataSource,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.run(), HOUR_MS).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private run(): Promise<void> {
    const longestMs = this.config.playback.max_range_hours * HOUR_MS;
    this.running ??= forgetOld(this.dataSource, Date.now(), longestMs)
      .catch((error: unknown) => {
        this.logger.warn({ err: error }, 'What was deleted long ago could not be forgotten; it is tried again.');
      })
      .finally(() => {
        this.running = undefined;
      });
    return this.running;
  }
}
