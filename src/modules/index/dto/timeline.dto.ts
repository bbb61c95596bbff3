import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
import { ApiProperty } from '@nestjs/swagger';
import type { MediaKind } from '../../../media/codecs/codec.js';
import { enumOf } from '../../../platform/graphql/enum-values.js';
import { MediaKindEnum } from '../../../platform/graphql/media-kind.js';
import { Instant, Whole } from '../../../platform/graphql/scalars.js';
import {
  RECORDING_SESSION_STATES,
  type RecordingSessionReason,
  type RecordingSessionState,
  type RecordingSessionView,
} from '../sessions/recording-session.js';
import { ABSENCE_REASONS, type AbsenceReason, type TimelineGap } from '../timeline/draw-timeline.js';
import { RecordingSessionStateEnum } from './recording-session-state.js';
import type { Stretch } from '../timeline/stretch.js';
import type { Timeline } from '../timeline/timeline.service.js';

const ReasonEnum = enumOf('AbsenceReason', ABSENCE_REASONS, 'Why nothing of a time can be had.');

const iso = (epochMs: number): string => new Date(epochMs).toISOString();

@ObjectType('TimelineRange')
export class TimelineRangeDto {
  @ApiProperty({ format: 'date-time' })
  @Field(() => Instant)
  readonly from: string;

  @ApiProperty({ format: 'date-time', description: 'Not part of it' })
  @Field(() => Instant, { description: 'Not part of it' })
  readonly to: string;

  constructor({ fromMs, toMs }: Stretch) {
    this.from = iso(fromMs);
    this.to = iso(toMs);
  }
}

@ObjectType('TimelineGap')
export class TimelineGapDto extends TimelineRangeDto {
  @ApiProperty({
    enum: ABSENCE_REASONS,
    description:
      '`loss`: packets were lost; `publisher-away`: nobody was heard; `lost`: the bytes are gone; `deleted`: it was deleted; `expired`: retention deleted it; `not-recorded`: nothing was recorded',
  })
  @Field(() => ReasonEnum)
  readonly reason: AbsenceReason;

  @ApiProperty({ enum: ['video', 'audio'], isArray: true, description: 'What is missing, of what the session has' })
  @Field(() => [MediaKindEnum], { description: 'What is missing, of what the session has' })
  readonly kinds: readonly MediaKind[];

  @ApiProperty({ type: String, nullable: true, description: 'Null between sessions, and of one that is gone' })
  @Field(() => ID, { nullable: true, description: 'Null between sessions, and of one that is gone' })
  readonly session: string | null;

  constructor(gap: TimelineGap) {
    super(gap);
    this.reason = gap.reason;
    this.kinds = gap.kinds;
    this.session = gap.sessionId ?? null;
  }
}

@ObjectType('TimelineSession')
export class TimelineSessionDto {
  @ApiProperty()
  @Field(() => ID)
  readonly id: string;

  @ApiProperty({ enum: RECORDING_SESSION_STATES })
  @Field(() => RecordingSessionStateEnum)
  readonly state: RecordingSessionState;

  @ApiProperty({ type: String, nullable: true, description: 'Why it ended', example: 'publisher-left' })
  @Field(() => String, { nullable: true, description: 'Why it ended' })
  readonly reason: RecordingSessionReason | null;

  @ApiProperty({ format: 'date-time' })
  @Field(() => Instant)
  readonly startedAt: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  @Field(() => Instant, { nullable: true })
  readonly endedAt: string | null;

  @ApiProperty({ description: 'Of the whole session' })
  @Field(() => Whole, { description: 'Of the whole session' })
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
@ObjectType('Timeline', { description: 'What is recorded of a stream in some time, and what is not, and why.' })
export class TimelineDto {
  @ApiProperty({ example: 'cam' })
  @Field(() => String)
  readonly stream: string;

  @ApiProperty({ format: 'date-time' })
  @Field(() => Instant)
  readonly from: string;

  @ApiProperty({ format: 'date-time' })
  @Field(() => Instant)
  readonly to: string;

  @ApiProperty({ description: 'Ranges nearer than so many milliseconds are one, and shorter gaps are left out' })
  @Field(() => Whole, { description: 'Ranges nearer than so many milliseconds are one, and shorter gaps are left out' })
  readonly resolutionMs: number;

  @ApiProperty({ description: 'Of the ranges together' })
  @Field(() => Whole, { description: 'Of the ranges together' })
  readonly recordedMs: number;

  @ApiProperty({ description: 'Of what lies in the range of time; of what reaches out of it the share by time' })
  @Field(() => Whole, { description: 'Of what lies in the range of time' })
  readonly sizeBytes: number;

  @ApiProperty({ type: () => [TimelineRangeDto], description: 'In order' })
  @Field(() => [TimelineRangeDto])
  readonly ranges: TimelineRangeDto[];

  @ApiProperty({
    type: () => [TimelineGapDto],
    description: 'In order. Where all kinds are missing nothing can be played: these lie between the ranges',
  })
  @Field(() => [TimelineGapDto])
  readonly gaps: TimelineGapDto[];

  @ApiProperty({ description: 'Sessions with media in the range of time' })
  @Field(() => Int, { description: 'Sessions with media in the range of time' })
  readonly sessionCount: number;

  @ApiProperty({ type: () => [TimelineSessionDto], description: 'Oldest first; the newest 500 of them' })
  @Field(() => [TimelineSessionDto], { description: 'Oldest first; the newest 500 of them' })
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
