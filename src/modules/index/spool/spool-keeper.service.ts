import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { And, DataSource, LessThan, MoreThanOrEqual } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '../../../config/index.js';
import { afterCommit, inTransaction } from '../../../persistence/transaction.js';
import { OutboxService } from '../../storage/outbox.service.js';
import { FreeSpace } from '../../storage/ports/free-space.js';
import { StorageService } from '../../storage/storage.service.js';
import { RecordingSession } from '../entities/index.js';
import { releaseInits, releaseSegments } from './release-segments.js';

const EVERY_MS = 60_000;
const HOUR_MS = 3_600_000;
/** At the start: what ended while no server ran. */
const LOOK_BACK_MS = 24 * HOUR_MS;
const LOOK_EVERY_MS = 1000;
/** Short transactions: other work gets its turn between. */
const PAGE_SEGMENTS = 50;
/** Of `recorder.min_free_bytes`, at which new recordings are refused: what is stored goes well before. */
const SPACE_FACTOR = 2;

/** Takes files from the spool that the bucket has, as `recorder.spool_keep` says, every minute. */
@Injectable()
export class SpoolKeeperService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(SpoolKeeperService.name);
  private readonly freeSpace: FreeSpace;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private isStopping = false;
  /** Recordings that ended before were looked at. */
  private endedUntil: Date | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: OutboxService,
    storage: StorageService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {
    this.freeSpace = new FreeSpace(storage);
  }

  onApplicationBootstrap(): void {
    const { spool_keep: keep, spool_keep_hours: hours } = this.config.recorder;
    if (!this.outbox.hasBucket || keep === 'forever') return;
    this.timer = setInterval(() => void this.run(), EVERY_MS).unref();
    if (keep === 'hours' && hours === 0) this.followUploads();
    void this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** @returns when the run has ended; one that is under way is waited for instead */
  run(): Promise<void> {
    this.running ??= this.clear().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  /** What is to be kept no hour goes as soon as it is stored. */
  private followUploads(): void {
    this.outbox.tellUploads({
      stored: (manager) => {
        afterCommit(manager, () => void this.run());
        return Promise.resolve();
      },
    });
  }

  private async clear(): Promise<void> {
    try {
      await this.release();
    } catch (error) {
      this.logger.warn({ err: error }, 'The spool could not be cleared; this is tried again in a minute.');
    }
  }

  private async release(): Promise<void> {
    const { spool_keep: keep, spool_keep_hours: hours } = this.config.recorder;
    if (keep === 'forever') return;
    const before = keep === 'hours' ? new Date(Date.now() - hours * HOUR_MS) : new Date();
    let wantedBytes = keep === 'hours' ? Infinity : await this.missingBytes();
    const directories = new Set<string>();
    while (wantedBytes > 0 && !this.isStopping) {
      const page = await inTransaction(this.dataSource, (manager) =>
        releaseSegments(manager, this.outbox, before, PAGE_SEGMENTS),
      );
      wantedBytes -= page.sizeBytes;
      for (const directory of page.directories) directories.add(directory);
      if (page.count < PAGE_SEGMENTS) break;
    }
    if (keep === 'hours') for (const directory of await this.justEnded(before)) directories.add(directory);
    for (const directory of directories) {
      await inTransaction(this.dataSource, (manager) => releaseInits(manager, this.outbox, directory));
    }
  }

  /** Directories whose last segments may have gone while something still recorded there. */
  private async justEnded(before: Date): Promise<string[]> {
    const since = this.endedUntil ?? new Date(before.getTime() - LOOK_BACK_MS);
    if (before.getTime() - since.getTime() < LOOK_EVERY_MS) return [];
    const ended = await this.dataSource.manager.find(RecordingSession, {
      select: { directory: true },
      where: { endedAt: And(MoreThanOrEqual(since), LessThan(before)) },
    });
    this.endedUntil = before;
    return ended.map(({ directory }) => directory);
  }

  /** What the disk lacks, less what is about to go. */
  private async missingBytes(): Promise<number> {
    const doomedBytes = (await this.outbox.doomedBytes('release')) + (await this.outbox.doomedBytes('delete'));
    const wantedBytes = SPACE_FACTOR * this.config.recorder.min_free_bytes;
    return wantedBytes - (await this.freeSpace.bytes()) - doomedBytes;
  }
}
