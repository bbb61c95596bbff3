import { ApiProperty } from '@nestjs/swagger';
import type { BackedUpObjects, JobKind, PendingJobs, PendingKind } from '../../storage/pending-jobs.service.js';
import type { Belonging, StorePlace } from '../../storage/ownership.service.js';
import type { SegmentSum } from '../storage-report/find-places.js';
import type { StorageReport } from '../storage-report/storage-report.service.js';

export class HeldSessionsDto {
  @ApiProperty({ description: 'Sessions that nobody may delete' })
  readonly sessions: number;

  @ApiProperty()
  readonly bytes: number;

  constructor({ sessions, bytes }: StorageReport['held']) {
    this.sessions = sessions;
    this.bytes = bytes;
  }
}

export class SegmentSumDto {
  @ApiProperty()
  readonly segments: number;

  @ApiProperty()
  readonly bytes: number;

  constructor({ segments, bytes }: SegmentSum) {
    this.segments = segments;
    this.bytes = bytes;
  }
}

export class BackedUpObjectsDto {
  @ApiProperty()
  readonly objects: number;

  @ApiProperty()
  readonly bytes: number;

  constructor({ objects, bytes }: BackedUpObjects) {
    this.objects = objects;
    this.bytes = bytes;
  }
}

export class PlacesDto {
  @ApiProperty({ type: SegmentSumDto, description: 'Nowhere but in the folder that is recorded into' })
  readonly local: SegmentSumDto;

  @ApiProperty({ type: SegmentSumDto, description: 'Verified in the bucket' })
  readonly bucket: SegmentSumDto;

  @ApiProperty({
    type: BackedUpObjectsDto,
    description: 'Of `local`, and inits: what is in the backup storage beside the folder',
  })
  readonly backup: BackedUpObjectsDto;

  @ApiProperty({
    type: SegmentSumDto,
    description: 'Of which something is damaged or gone; the bytes of that alone, the others count where they are',
  })
  readonly lost: SegmentSumDto;

  constructor({ local, bucket, backup, lost }: StorageReport['places']) {
    this.local = new SegmentSumDto(local);
    this.bucket = new SegmentSumDto(bucket);
    this.backup = new BackedUpObjectsDto(backup);
    this.lost = new SegmentSumDto(lost);
  }
}

export class PendingKindDto {
  @ApiProperty({
    enum: ['upload', 'delete', 'release', 'discard'],
    description: '`release`: a local copy of what the bucket has; `discard`: one that has another name since',
  })
  readonly kind: JobKind;

  @ApiProperty()
  readonly count: number;

  @ApiProperty({ description: 'Of media; manifests count as nothing' })
  readonly bytes: number;

  @ApiProperty({ description: 'Of the count: what could not be done at the last try' })
  readonly failing: number;

  constructor({ kind, count, bytes, failing }: PendingKind) {
    this.kind = kind;
    this.count = count;
    this.bytes = bytes;
    this.failing = failing;
  }
}

export class PendingJobsDto {
  @ApiProperty({ type: [PendingKindDto], description: 'Kinds of which something waits' })
  readonly pending: readonly PendingKindDto[];

  @ApiProperty({ type: Number, nullable: true, description: 'How long the oldest has waited; null: nothing waits' })
  readonly oldestAgeSeconds: number | null;

  @ApiProperty({ type: String, nullable: true, description: 'Why one of them could not be done yet' })
  readonly lastError: string | null;

  constructor({ kinds, oldestAt, lastError }: PendingJobs, nowMs: number) {
    this.pending = kinds.map((kind) => new PendingKindDto(kind));
    this.oldestAgeSeconds =
      oldestAt === undefined ? null : Math.max(0, Math.floor((nowMs - oldestAt.getTime()) / 1000));
    this.lastError = lastError ?? null;
  }
}

export class StoreDto {
  @ApiProperty({ enum: ['folder', 'bucket', 'backup'] })
  readonly store: StorePlace;

  @ApiProperty({
    type: String,
    enum: ['own', 'unmarked', 'missing', 'foreign', null],
    nullable: true,
    description:
      'By its mark: this database’s, nobody’s yet, without the mark that it had, another database’s; null: not looked at yet. Uploads and deletions wait for `missing` and `foreign`',
  })
  readonly belonging: Belonging | null;

  constructor(store: StorePlace, belonging: Belonging | undefined) {
    this.store = store;
    this.belonging = belonging ?? null;
  }
}

/** Of `GET /api/v1/storage`. */
export class StorageReportDto {
  @ApiProperty({ enum: ['fs', 's3', 'oss', 'liveman'], description: 'Where recordings are kept in the end' })
  readonly kind: StorageReport['kind'];

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'Of the disk that is recorded onto; null: it does not answer',
  })
  readonly freeBytes: number | null;

  @ApiProperty({ description: 'With less free space no new recording begins' })
  readonly lowSpaceBytes: number;

  @ApiProperty({ description: 'What all recordings take' })
  readonly usedBytes: number;

  @ApiProperty({ description: 'How fast recordings grow, by the last hour' })
  readonly bytesPerHour: number;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'Until the disk is at its low-space mark when recordings grow on like this; null: they do not',
    example: 71.5,
  })
  readonly hoursLeft: number | null;

  @ApiProperty({ type: PlacesDto, description: 'How safe what was recorded is' })
  readonly places: PlacesDto;

  @ApiProperty({ type: HeldSessionsDto })
  readonly held: HeldSessionsDto;

  @ApiProperty({ type: PendingJobsDto })
  readonly jobs: PendingJobsDto;

  @ApiProperty({ type: [StoreDto], description: 'Whose the storages are' })
  readonly stores: readonly StoreDto[];

  constructor(report: StorageReport, nowMs: number) {
    this.kind = report.kind;
    this.freeBytes = report.freeBytes ?? null;
    this.lowSpaceBytes = report.lowSpaceBytes;
    this.usedBytes = report.usedBytes;
    this.bytesPerHour = report.bytesPerHour;
    this.hoursLeft = report.hoursLeft ?? null;
    this.places = new PlacesDto(report.places);
    this.held = new HeldSessionsDto(report.held);
    this.jobs = new PendingJobsDto(report.jobs, nowMs);
    this.stores = [...report.stores].map(([store, belonging]) => new StoreDto(store, belonging));
  }
}
