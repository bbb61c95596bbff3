import { ApiProperty } from '@nestjs/swagger';
import type { RecordingSession } from '../entities/index.js';
import { MOST_SYNCED } from '../index-sync/sync-query.js';

type SyncStatus = 'Active' | 'Completed' | 'Failed';

const MICROSECONDS = 1000;

/** A session as live777's manager reads it: times in microseconds since 1970. */
export class SyncedSessionDto {
  @ApiProperty({ description: "Unix seconds of the session's start", example: '1795282177' })
  readonly id: string;

  @ApiProperty({ example: 'cam' })
  readonly stream: string;

  @ApiProperty({ description: 'Microseconds since 1970' })
  readonly start_ts: number;

  @ApiProperty({ type: Number, nullable: true, description: 'Microseconds since 1970; null while it records' })
  readonly end_ts: number | null;

  @ApiProperty({ type: Number, nullable: true, description: 'Media without the gaps; null before the first' })
  readonly duration_ms: number | null;

  @ApiProperty({ example: 'cam/2026/11/21/manifest.mpd' })
  readonly mpd_path: string;

  @ApiProperty({ enum: ['Active', 'Completed', 'Failed'] })
  readonly status: SyncStatus;

  constructor({ stream, startedAt, endedAt, firstMediaMs, durationMs, mpdPath, state }: RecordingSession) {
    this.id = String(Math.floor(startedAt.getTime() / 1000));
    this.stream = stream;
    this.start_ts = startedAt.getTime() * MICROSECONDS;
    this.end_ts = endedAt === null ? null : endedAt.getTime() * MICROSECONDS;
    this.duration_ms = firstMediaMs === null ? null : durationMs;
    this.mpd_path = mpdPath;
    this.status = state === 'completed' ? 'Completed' : state === 'failed' ? 'Failed' : 'Active';
  }
}

/** Of `GET /api/recordings`. */
export class ChangedSessionsDto {
  @ApiProperty({ type: [SyncedSessionDto] })
  readonly sessions: readonly SyncedSessionDto[];

  @ApiProperty({ type: Number, nullable: true, description: 'When the last of them changed: the next `since_ts`' })
  readonly last_ts: number | null;

  constructor(rows: readonly RecordingSession[]) {
    this.sessions = rows.map((row) => new SyncedSessionDto(row));
    const last = rows.at(-1);
    this.last_ts = last === undefined ? null : last.updatedAt.getTime() * MICROSECONDS;
  }
}

class SyncedRecordInput {
  @ApiProperty({ example: 'cam' })
  readonly stream!: string;

  @ApiProperty({ description: '`id` of a session in the list', example: '1795282177' })
  readonly record!: string;
}

/** The body of `PATCH` and `DELETE /api/recordings`. */
export class SyncedRecordsInput {
  @ApiProperty({ type: [SyncedRecordInput], maxItems: MOST_SYNCED })
  readonly records!: readonly SyncedRecordInput[];
}

export class AcknowledgedDto {
  @ApiProperty({ description: 'How many sessions were marked' })
  readonly acked: number;

  constructor(acked: number) {
    this.acked = acked;
  }
}

export class ForgottenDto {
  @ApiProperty({ description: 'How many acknowledged sessions were taken out of the list' })
  readonly deleted: number;

  constructor(deleted: number) {
    this.deleted = deleted;
  }
}
