import { ApiProperty } from '@nestjs/swagger';
import type { RecordingPage, RecordingReport } from '../recordings/recording-list.service.js';

/** What was recorded of a stream on one day. */
export class RecordingDto {
  @ApiProperty()
  readonly id: string;

  @ApiProperty({ example: 'cam' })
  readonly stream: string;

  @ApiProperty({ type: 'integer', example: 2026 })
  readonly year: number;

  @ApiProperty({ type: 'integer', minimum: 1, maximum: 12 })
  readonly month: number;

  @ApiProperty({ type: 'integer', minimum: 1, maximum: 31 })
  readonly day: number;

  @ApiProperty({ description: 'Object key of the DASH manifest', example: 'cam/2026/11/20/manifest.mpd' })
  readonly mpdPath: string;

  @ApiProperty({ type: [String], description: 'Recording sessions with media of that day, in order' })
  readonly sessions: readonly string[];

  @ApiProperty({ description: 'From first to last media of each session of that day' })
  readonly durationMs: number;

  @ApiProperty()
  readonly sizeBytes: number;

  @ApiProperty()
  readonly segmentCount: number;

  @ApiProperty({ format: 'date-time' })
  readonly createdAt: string;

  @ApiProperty({ format: 'date-time' })
  readonly updatedAt: string;

  constructor({ recording, sessionIds, durationMs, sizeBytes, segmentCount }: RecordingReport) {
    this.id = recording.id;
    this.stream = recording.stream;
    this.year = recording.year;
    this.month = recording.month;
    this.day = recording.day;
    this.mpdPath = recording.mpdPath;
    this.sessions = sessionIds;
    this.durationMs = durationMs;
    this.sizeBytes = sizeBytes;
    this.segmentCount = segmentCount;
    this.createdAt = recording.createdAt.toISOString();
    this.updatedAt = recording.updatedAt.toISOString();
  }
}

export class RecordingPageDto {
  @ApiProperty({ type: () => [RecordingDto] })
  readonly recordings: RecordingDto[];

  @ApiProperty({ type: String, nullable: true, description: '`cursor` of the next page; null on the last' })
  readonly nextCursor: string | null;

  constructor({ recordings, nextCursor }: RecordingPage) {
    this.recordings = recordings.map((report) => new RecordingDto(report));
    this.nextCursor = nextCursor ?? null;
  }
}
