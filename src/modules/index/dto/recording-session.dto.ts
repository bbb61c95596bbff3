import { Field, ObjectType } from '@nestjs/graphql';
import { ApiProperty } from '@nestjs/swagger';
import type { MediaKind } from '../../../media/codecs/codec.js';
import {
  RECORDING_SESSION_STATES,
  type RecordingSessionReason,
  type RecordingSessionState,
  type RecordingTrigger,
  type UnrecordedTrack,
} from '../sessions/recording-session.js';
import type { SessionDetails, SessionPage, SessionReport } from '../sessions/session-list.service.js';
import { MediaKindEnum } from '../../../platform/graphql/media-kind.js';
import { viewPathsOf, type ViewPaths } from '../playback/view-paths.js';
import { CompletenessDto, GapDto } from './completeness.dto.js';

@ObjectType('UnrecordedTrack')
export class UnrecordedTrackDto {
  @ApiProperty({ enum: ['audio', 'video'] })
  @Field(() => MediaKindEnum)
  readonly kind: MediaKind;

  @ApiProperty({ example: 'VP8' })
  @Field(() => String)
  readonly codec: string;

  @ApiProperty({ enum: ['unsupported-codec'] })
  @Field(() => String)
  readonly reason: UnrecordedTrack['reason'];

  constructor({ kind, codecName, reason }: UnrecordedTrack) {
    this.kind = kind;
    this.codec = codecName;
    this.reason = reason;
  }
}

/** Manifests of the session alone, wherever its media lies. */
export class PlaybackPathsDto implements ViewPaths {
  @ApiProperty({ example: '/play/cam/manifest.mpd?session=…' })
  readonly dash: string;

  @ApiProperty({ example: '/play/cam/index.m3u8?session=…' })
  readonly hls: string;

  @ApiProperty({ example: '/play/cam/clip.mp4?session=…', description: 'All of it as one file' })
  readonly mp4: string;

  constructor({ dash, hls, mp4 }: ViewPaths) {
    this.dash = dash;
    this.hls = hls;
    this.mp4 = mp4;
  }
}

/** One recording of one stream from start to end, over reconnects inside the window. */
export class RecordingSessionDto {
  @ApiProperty()
  readonly id: string;

  @ApiProperty({ example: 'cam' })
  readonly stream: string;

  @ApiProperty({ description: 'Alias of the node that recorded it' })
  readonly node: string;

  @ApiProperty({ enum: ['auto', 'api'] })
  readonly trigger: RecordingTrigger;

  @ApiProperty({ enum: RECORDING_SESSION_STATES })
  readonly state: RecordingSessionState;

  @ApiProperty({ type: String, nullable: true, description: 'Why it ended', example: 'publisher-left' })
  readonly reason: RecordingSessionReason | null;

  @ApiProperty({ description: 'Object key of the DASH manifest where it records, or ended' })
  readonly mpdPath: string;

  @ApiProperty({ type: () => PlaybackPathsDto, nullable: true, description: 'Null while it has no media' })
  readonly playback: PlaybackPathsDto | null;

  @ApiProperty({ type: [String], description: 'Key prefixes it has media under, in order: one for each day' })
  readonly directories: readonly string[];

  @ApiProperty({ format: 'date-time' })
  readonly startedAt: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Since when no publisher is heard' })
  readonly interruptedAt: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly endedAt: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Since when nobody may delete it' })
  readonly heldAt: string | null;

  @ApiProperty({ description: 'From its first media to its last, or to the end of a gap behind that; gaps included' })
  readonly lengthMs: number;

  @ApiProperty()
  readonly sizeBytes: number;

  @ApiProperty()
  readonly segmentCount: number;

  @ApiProperty({ type: () => [UnrecordedTrackDto], description: 'What publishers sent and it goes without' })
  readonly unrecorded: UnrecordedTrackDto[];

  @ApiProperty({ type: () => CompletenessDto })
  readonly completeness: CompletenessDto;

  constructor({ session, directories, completeness, heldAt }: SessionReport) {
    this.id = session.id;
    this.stream = session.stream;
    this.node = session.nodeAlias;
    this.trigger = session.trigger;
    this.state = session.state;
    this.reason = session.reason ?? null;
    this.mpdPath = session.mpdPath;
    this.playback = session.segmentCount === 0 ? null : new PlaybackPathsDto(viewPathsOf(session.stream, session.id));
    this.directories = directories;
    this.startedAt = session.startedAt.toISOString();
    this.interruptedAt = session.interruptedAt?.toISOString() ?? null;
    this.endedAt = session.endedAt?.toISOString() ?? null;
    this.heldAt = heldAt?.toISOString() ?? null;
    this.lengthMs = completeness.lengthMs;
    this.sizeBytes = session.sizeBytes;
    this.segmentCount = session.segmentCount;
    this.unrecorded = session.unrecorded.map((track) => new UnrecordedTrackDto(track));
    this.completeness = new CompletenessDto(completeness);
  }
}

export class RecordingSessionDetailsDto extends RecordingSessionDto {
  @ApiProperty({ type: () => [GapDto], description: 'In order; the latest 1000 of them' })
  readonly gaps: GapDto[];

  constructor(details: SessionDetails) {
    super(details);
    const anchorEpochMs = details.session.anchorEpochMs ?? details.session.startedAt.getTime();
    this.gaps = details.gaps.map((gap) => new GapDto(gap, anchorEpochMs));
  }
}

export class RecordingSessionPageDto {
  @ApiProperty({ type: () => [RecordingSessionDto] })
  readonly sessions: RecordingSessionDto[];

  @ApiProperty({ type: String, nullable: true, description: '`cursor` of the next page; null on the last' })
  readonly nextCursor: string | null;

  constructor({ sessions, nextCursor }: SessionPage) {
    this.sessions = sessions.map((report) => new RecordingSessionDto(report));
    this.nextCursor = nextCursor ?? null;
  }
}
