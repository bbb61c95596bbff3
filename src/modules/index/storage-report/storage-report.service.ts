import { Inject, Injectable } from '@nestjs/common';
import { DataSource, In, IsNull, MoreThan, Not } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '../../../config/index.js';
import { PendingJobsService, type BackedUpObjects, type PendingJobs } from '../../storage/pending-jobs.service.js';
import { OwnershipService, type Belonging, type StorePlace } from '../../storage/ownership.service.js';
import { FreeSpace } from '../../storage/ports/free-space.js';
import { StorageService } from '../../storage/storage.service.js';
import { RecordingSession, SegmentRow } from '../entities/index.js';
import { findUsedBytes } from '../retention/deletable-sessions.js';
import { findPlaces, type Places } from './find-places.js';
import { forecastHours, hourlyRate } from './forecast.js';

/** How much room recordings take and have. */
export interface StorageReport {
  readonly kind: AppConfig['recorder']['storage']['type'] | 'liveman';
  /** On the disk that is recorded onto; undefined when it does not answer. */
  readonly freeBytes: number | undefined;
  /** With less than this no new recording begins. */
  readonly lowSpaceBytes: number;
  /** Of everything that has a row, wherever it lies. */
  readonly usedBytes: number;
  /** How fast recordings grow now. */
  readonly bytesPerHour: number;
  /** Until the low-space mark at this rate; undefined when nothing grows. */
  readonly hoursLeft: number | undefined;
  /** Where segments are safe; `backup` has objects of those that only the folder has beside it. */
  readonly places: Places & { readonly backup: BackedUpObjects };
  readonly held: { readonly sessions: number; readonly bytes: number };
  readonly jobs: PendingJobs;
  /** Whose the storages are, as far as anybody has looked: uploads and deletions wait for those that are not `own`. */
  readonly stores: ReadonlyMap<StorePlace, Belonging | undefined>;
}

const HOUR_MS = 3_600_000;

/** Tells how long the storage will do, and what it is behind with. */
@Injectable()
export class StorageReportService {
  private readonly freeSpace: FreeSpace;

  constructor(
    private readonly dataSource: DataSource,
    private readonly pendingJobs: PendingJobsService,
    private readonly ownership: OwnershipService,
    storage: StorageService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {
    this.freeSpace = new FreeSpace(storage);
  }

  async report(): Promise<StorageReport> {
    const { storage, upload, min_free_bytes: lowSpaceBytes } = this.config.recorder;
    const { manager } = this.dataSource;
    const freeBytes = await this.freeSpace.bytes().catch(() => undefined);
    const bytesPerHour = await this.bytesPerHour(Date.now());
    return {
      kind: upload.enabled ? 'liveman' : storage.type,
      freeBytes,
      lowSpaceBytes,
      usedBytes: await findUsedBytes(manager),
      bytesPerHour,
      hoursLeft: freeBytes === undefined ? undefined : forecastHours(freeBytes - lowSpaceBytes, bytesPerHour),
      places: { ...(await findPlaces(manager)), backup: await this.pendingJobs.backedUp() },
      held: {
        sessions: await manager.countBy(RecordingSession, { heldAt: Not(IsNull()) }),
        bytes: (await manager.sum(RecordingSession, 'sizeBytes', { heldAt: Not(IsNull()) })) ?? 0,
      },
      jobs: await this.pendingJobs.pending(),
      stores: this.ownership.belongings,
    };
  }

  private async bytesPerHour(nowMs: number): Promise<number> {
    const row = await this.dataSource.manager
      .createQueryBuilder(SegmentRow, 'segment')
      .select('SUM(segment.sizeBytes)', 'bytes')
      .addSelect('MIN(segment.createdAt)', 'first')
      .where({
        state: In(['local', 'uploading', 'stored']),
        createdAt: MoreThan(new Date(nowMs - HOUR_MS)),
      })
      .getRawOne<{ bytes: number | string | null; first: string | Date | null }>();
    const first = row?.first ?? null;
    return first === null ? 0 : hourlyRate(Number(row?.bytes), nowMs - new Date(first).getTime());
  }
}
