import { Inject, Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '../../../config/index.js';
import { systemClock } from '../../../shared/clock.js';
import { OutboxService } from '../../storage/outbox.service.js';
import { FreeSpace } from '../../storage/ports/free-space.js';
import { StorageService } from '../../storage/storage.service.js';
import { RecordingDeletionService } from '../deletion/recording-deletion.service.js';
import { RetentionRun, type RetentionContext } from './retention.js';
import { RetentionPolicy } from './retention-policy.js';

/** Deletes what `retention.*` says is not to be kept any longer, every minute unless told otherwise. */
@Injectable()
export class RetentionService implements BeforeApplicationShutdown {
  private readonly logger = new Logger(RetentionService.name);
  private readonly policy: RetentionPolicy;
  private readonly context: RetentionContext;
  private readonly everyMs: number;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private isStopping = false;

  constructor(
    dataSource: DataSource,
    outbox: OutboxService,
    storage: StorageService,
    deletion: RecordingDeletionService,
    @Inject(APP_CONFIG) { retention }: AppConfig,
  ) {
    this.everyMs = retention.every_seconds * 1000;
    const freeSpace = new FreeSpace(storage);
    this.policy = new RetentionPolicy(retention);
    this.context = {
      manager: dataSource.manager,
      deletion,
      outbox,
      freeBytes: () => freeSpace.bytes(),
      clock: systemClock,
    };
  }

  /** From now on, and at once: to be called when the server is ready. */
  start(): void {
    if (!this.policy.isOn) return;
    this.timer = setInterval(() => void this.run(), this.everyMs).unref();
    void this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** @returns when the run has ended; one that is under way is waited for instead */
  private run(): Promise<void> {
    this.running ??= this.delete().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private async delete(): Promise<void> {
    try {
      const run = new RetentionRun(this.context, this.policy, () => this.isStopping);
      const { sessions, segments, bytes } = await run.run();
      if (segments === 0 && sessions === 0) return;
      this.logger.log(
        { sessions, segments, bytes },
        `Retention deleted ${String(segments)} segments of ${String(bytes)} bytes, with ${String(sessions)} whole sessions.`,
      );
    } catch (error) {
      if (this.isStopping) return;
      this.logger.warn({ err: error }, 'Retention could not look through the recordings; it tries again.');
    }
  }
}
