import { ApiProperty } from '@nestjs/swagger';
import type { MediaKind } from '../../../media/codecs/codec.js';
import {
  RECORDING_SESSION_STATES,
  type RecordingSessionReason,
  type RecordingSessionState,
  type RecordingSessionView,
} from '../sessions/recording-session.js';
import { ABSENCE_REASONS, type AbsenceReason, type TimelineGap } from '../timeline/draw-timeline.js';
import type { Stretch } from '../timeline/stretch.js';
import type { Timeline } from '../timeline/timeline.service.js';

const iso = (epochMs: number): string => new Date(epochMs).toISOString();

export class TimelineRangeDto {
  @ApiProperty({ format: 'date-time' })
  readonly from: string;

  @ApiProperty({ format: 'date-time', description: 'Not part of it' })
  readonly to: string;

  constructor({ fromMs, toMs }: Stretch) {
    this.from = iso(fromMs);
    this.to = iso(toMs);
  }
}

export class TimelineGapDto extends TimelineRangeDto {
  @ApiProperty({
    enum: ABSENCE_REASONS,
    description:
      '`loss`: packets were lost; `publisher-away`: nobody was heard; `lost`: the bytes are gone; `deleted`: a part of the session was deleted; `not-recorded`: no session has it',
  })
  readonly reason: AbsenceReason;

  @ApiProperty({ enum: ['video', 'audio'], isArray: true, description: 'What is missing, of what the session has' })
  readonly kinds: readonly MediaKind[];

  @ApiProperty({ type: String, nullable: true, description: 'Null between sessions' })
  readonly session: string | null;

  constructor(gap: TimelineGap) {
    super(gap);
    this.reason = gap.reason;
    this.kinds = gap.kinds;
    this.session = gap.sessionId ?? null;
  }
}

export class TimelineSessionDto {
  @ApiProperty()
  readonly id: string;

  @ApiProperty({ enum: RECORDING_SESSION_STATES })
  readonly state: RecordingSessionState;

  @ApiProperty({ type: String, nullable: true, description: 'Why it ended', example: 'publisher-left' })
  readonly reason: RecordingSessionReason | null;

  @ApiProperty({ format: 'date-time' })
  readonly startedAt: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly endedAt: string | null;

  @ApiProperty({ description: 'Of the whole session' })
  readonly sizeBytes: number;

  constructor({ id, state, reason, startedAt, endedAt, sizeBytes }: RecordingSessionView) {
    this.id = id;
    this.state = state;
    this.reason = reason ?? null;
    this.startedAt = startedAt.toISOString();
    this.endedAt = endedAt?.toISOString() ?? null;
    this.sizeBytes = sizeBytes;
  }
}

/** What is recorded of a stream in some time. */
export class TimelineDto {
  @ApiProperty({ example: 'cam' })
  readonly stream: string;

  @ApiProperty({ format: 'date-time' })
  readonly from: string;

  @ApiProperty({ format: 'date-time' })
  readonly to: string;

  @ApiProperty({ description: 'Ranges nearer than so many milliseconds are one, and shorter gaps are left out' })
  readonly resolutionMs: number;

  @ApiProperty({ description: 'Of the ranges together' })
  readonly recordedMs: number;

  @ApiProperty({ description: 'Of what lies in the range of time; of what reaches out of it the share by time' })
  readonly sizeBytes: number;

  @ApiProperty({ type: () => [TimelineRangeDto], description: 'In order' })
  readonly ranges: TimelineRangeDto[];

  @ApiProperty({
    type: () => [TimelineGapDto],
    description: 'In order. Where all kinds are missing nothing can be played: these lie between the ranges',
  })
  readonly gaps: TimelineGapDto[];

  @ApiProperty({ description: 'Sessions with media in the range of time' })
  readonly sessionCount: number;

  @ApiProperty({ type: () => [TimelineSessionDto], description: 'Oldest first; the newest 500 of them' })
  readonly sessions: TimelineSessionDto[];

  constructor(timeline: Timeline) {
    this.stream = timeline.stream;
    this.from = iso(timeline.fromMs);
    this.to = iso(timeline.toMs);
    this.resolutionMs = timeline.resolutionMs;
    this.recordedMs = timeline.recordedMs;
    this.sizeBytes = timeline.sizeBytes;
    this.ranges = timeline.ranges.map((range) => new TimelineRangeDto(range));
    this.gaps = timeline.gaps.map((gap) => new TimelineGapDto(gap));
    this.sessionCount = timeline.sessionCount;
    this.sessions = timeline.sessions.map((session) => new TimelineSessionDto(session));
  }
}
