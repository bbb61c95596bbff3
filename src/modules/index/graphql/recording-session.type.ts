import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { connectionTypeOf } from '../../../platform/graphql/connection.js';
import { enumOf } from '../../../platform/graphql/enum-values.js';
import { Instant, Whole } from '../../../platform/graphql/scalars.js';
import { RecordingSessionStateEnum } from '../dto/recording-session-state.js';
import { UnrecordedTrackDto } from '../dto/recording-session.dto.js';
import type { RecordingSession } from '../entities/index.js';
import type { RecordingSessionState, RecordingTrigger } from '../sessions/recording-session.js';
import { PlaybackUrls } from './playback-urls.type.js';

const TriggerEnum = enumOf('RecordingTrigger', ['auto', 'api'], 'What made a recording begin.');

@ObjectType('RecordingSession', {
  description: 'One recording of one stream from start to end, over reconnects inside the window.',
})
export class RecordingSessionType {
  @Field(() => ID)
  readonly id: string;

  @Field(() => String)
  readonly stream: string;

  @Field(() => String, { description: 'Alias of the node that recorded it.' })
  readonly nodeAlias: string;

  @Field(() => TriggerEnum)
  readonly trigger: RecordingTrigger;

  @Field(() => RecordingSessionStateEnum)
  readonly state: RecordingSessionState;

  @Field(() => String, { nullable: true, description: 'Why it ended.' })
  readonly reason: string | null;

  @Field(() => String, { description: 'Object key of the DASH manifest where it records, or ended.' })
  readonly mpdPath: string;

  @Field(() => PlaybackUrls)
  readonly playback: PlaybackUrls;

  @Field(() => Instant)
  readonly startedAt: Date;

  @Field(() => Instant, { nullable: true, description: 'Since when no publisher is heard.' })
  readonly interruptedAt: Date | null;

  @Field(() => Instant, { nullable: true })
  readonly endedAt: Date | null;

  @Field(() => Instant, { nullable: true, description: 'Since when nobody may delete it.' })
  readonly heldAt: Date | null;

  @Field(() => Whole, { description: 'Media without the gaps between.' })
  readonly durationMs: number;

  @Field(() => Whole)
  readonly sizeBytes: number;

  @Field(() => Int)
  readonly segmentCount: number;

  @Field(() => [UnrecordedTrackDto], { description: 'What publishers sent and it goes without.' })
  readonly unrecorded: readonly UnrecordedTrackDto[];

  constructor(readonly row: RecordingSession) {
    this.id = row.id;
    this.stream = row.stream;
    this.nodeAlias = row.nodeAlias;
    this.trigger = row.trigger;
    this.state = row.state;
    this.reason = row.reason;
    this.mpdPath = row.mpdPath;
    this.playback = PlaybackUrls.ofSession(row);
    this.startedAt = row.startedAt;
    this.interruptedAt = row.interruptedAt;
    this.endedAt = row.endedAt;
    this.heldAt = row.heldAt;
    this.durationMs = row.durationMs;
    this.sizeBytes = row.sizeBytes;
    this.segmentCount = row.segmentCount;
    this.unrecorded = (row.unrecorded ?? []).map((track) => new UnrecordedTrackDto(track));
  }

  /** Wall clock of session time 0, epoch milliseconds. */
  get anchorMs(): number {
    return (this.row.anchoredAt ?? this.row.startedAt).getTime();
  }
}

export const RecordingSessionConnection = connectionTypeOf(RecordingSessionType, 'RecordingSession');

@InputType({ description: 'Sessions that are all of this.' })
export class RecordingSessionFilter {
  @Field(() => String, { nullable: true })
  readonly stream?: string | null;

  @Field(() => Instant, { nullable: true, description: 'Sessions that had not ended by then.' })
  readonly from?: Date | null;

  @Field(() => Instant, { nullable: true, description: 'Sessions that had begun before.' })
  readonly to?: Date | null;

  @Field(() => String, { nullable: true, description: 'Alias of the node that recorded them.' })
  readonly node?: string | null;

  @Field(() => RecordingSessionStateEnum, { nullable: true })
  readonly state?: RecordingSessionState | null;
}

@ObjectType({ description: 'A recording session began, changed or is gone.' })
export class RecordingSessionChange {
  @Field(() => ID)
  readonly id!: string;

  @Field(() => String)
  readonly stream!: string;

  @Field(() => RecordingSessionType, { nullable: true, description: 'As it is now; null when it was deleted.' })
  readonly session!: RecordingSessionType | null;
}
