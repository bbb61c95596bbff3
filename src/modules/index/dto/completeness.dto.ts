import { Field, Float, Int, ObjectType } from '@nestjs/graphql';
import { ApiProperty } from '@nestjs/swagger';
import { enumOf } from '../../../platform/graphql/enum-values.js';
import { Instant, Whole } from '../../../platform/graphql/scalars.js';
import type { MediaKind } from '../../../media/codecs/codec.js';
import { MediaKindEnum } from '../../../platform/graphql/media-kind.js';
import type { Completeness, GapCause, TrackCompleteness } from '../sessions/completeness.js';

const CAUSES: readonly GapCause[] = ['loss', 'publisher-away'];
const GapCauseEnum = enumOf('GapCause', CAUSES, 'Why media is missing.');

@ObjectType('Gap')
export class GapDto {
  @ApiProperty({ enum: ['audio', 'video'] })
  @Field(() => MediaKindEnum)
  readonly kind: MediaKind;

  @ApiProperty({ description: 'Session time in milliseconds: since the first media' })
  @Field(() => Whole, { description: 'Session time in milliseconds: since the first media' })
  readonly startMs: number;

  @ApiProperty({ format: 'date-time', description: "By the server's clock" })
  @Field(() => Instant, { description: "By the server's clock" })
  readonly startedAt: string;

  @ApiProperty()
  @Field(() => Whole)
  readonly durationMs: number;

  @ApiProperty({ enum: CAUSES })
  @Field(() => GapCauseEnum)
  readonly cause: GapCause;

  /** @param anchorEpochMs wall clock of session time 0 */
  constructor(gap: Pick<GapDto, 'kind' | 'startMs' | 'durationMs' | 'cause'>, anchorEpochMs: number) {
    this.kind = gap.kind;
    this.startMs = gap.startMs;
    this.startedAt = new Date(anchorEpochMs + gap.startMs).toISOString();
    this.durationMs = gap.durationMs;
    this.cause = gap.cause;
  }
}

@ObjectType('GapSum')
export class GapCauseDto {
  @ApiProperty({ enum: CAUSES })
  @Field(() => GapCauseEnum)
  readonly cause: GapCause;

  @ApiProperty()
  @Field(() => Int)
  readonly gapCount: number;

  @ApiProperty({ description: 'Length of all of them together' })
  @Field(() => Whole, { description: 'Length of all of them together' })
  readonly gapMs: number;

  constructor(sum: GapCauseDto) {
    this.cause = sum.cause;
    this.gapCount = sum.gapCount;
    this.gapMs = sum.gapMs;
  }
}

@ObjectType('TrackCompleteness')
export class TrackCompletenessDto {
  @ApiProperty({ enum: ['audio', 'video'] })
  @Field(() => MediaKindEnum)
  readonly kind: MediaKind;

  @ApiProperty({ description: 'RTP packets, each once, repaired ones among them' })
  @Field(() => Whole, { description: 'RTP packets, each once, repaired ones among them' })
  readonly packetsReceived: number;

  @ApiProperty({ description: 'Came because they were asked for again' })
  @Field(() => Whole, { description: 'Came because they were asked for again' })
  readonly packetsRepaired: number;

  @ApiProperty({ description: 'Never came' })
  @Field(() => Whole, { description: 'Never came' })
  readonly packetsLost: number;

  @ApiProperty({ description: 'Pictures or audio frames in the recording' })
  @Field(() => Whole, { description: 'Pictures or audio frames in the recording' })
  readonly framesRecorded: number;

  @ApiProperty({ description: 'Came in part, damaged, or could not be decoded before the next key frame' })
  @Field(() => Whole, { description: 'Came in part, damaged, or could not be decoded before the next key frame' })
  readonly framesDropped: number;

  @ApiProperty()
  @Field(() => Int)
  readonly gapCount: number;

  @ApiProperty({ description: 'Length of all gaps together' })
  @Field(() => Whole, { description: 'Length of all gaps together' })
  readonly gapMs: number;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'Share without gaps, never rounded up; null without media',
  })
  @Field(() => Float, { nullable: true, description: 'Share without gaps, never rounded up; null without media' })
  readonly coveredPercent: number | null;

  constructor(track: TrackCompleteness) {
    this.kind = track.kind;
    this.packetsReceived = track.packetsReceived;
    this.packetsRepaired = track.packetsRepaired;
    this.packetsLost = track.packetsLost;
    this.framesRecorded = track.framesRecorded;
    this.framesDropped = track.framesDropped;
    this.gapCount = track.gapCount;
    this.gapMs = track.gapMs;
    this.coveredPercent = track.coveredPercent ?? null;
  }
}

/** Of the worse track, what concerns a session as a whole. */
@ObjectType('Completeness')
export class CompletenessDto {
  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'Share without gaps, never rounded up; null without media',
  })
  @Field(() => Float, { nullable: true, description: 'Share without gaps, never rounded up; null without media' })
  readonly coveredPercent: number | null;

  @ApiProperty()
  @Field(() => Int)
  readonly gapCount: number;

  @ApiProperty({ description: 'Length of all gaps together' })
  @Field(() => Whole, { description: 'Length of all gaps together' })
  readonly gapMs: number;

  @ApiProperty({ type: () => [GapCauseDto], description: 'The most time first' })
  @Field(() => [GapCauseDto], { description: 'The most time first' })
  readonly causes: GapCauseDto[];

  @ApiProperty({ type: () => [TrackCompletenessDto] })
  @Field(() => [TrackCompletenessDto])
  readonly tracks: TrackCompletenessDto[];

  constructor(completeness: Completeness) {
    this.coveredPercent = completeness.coveredPercent ?? null;
    this.gapCount = completeness.gapCount;
    this.gapMs = completeness.gapMs;
    this.causes = completeness.causes.map((sum) => new GapCauseDto(sum));
    this.tracks = completeness.tracks.map((track) => new TrackCompletenessDto(track));
  }
}
