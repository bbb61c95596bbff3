import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
import type { MediaKind } from '../../../media/codecs/codec.js';
import { ticksToMs } from '../../../media/timeline/ticks.js';
import { connectionTypeOf } from '../../../platform/graphql/connection.js';
import { enumOf } from '../../../platform/graphql/enum-values.js';
import { MediaKindEnum } from '../../../platform/graphql/media-kind.js';
import { Instant, Whole } from '../../../platform/graphql/scalars.js';
import { GapDto } from '../dto/completeness.dto.js';
import type { SegmentRow, SessionPart, TrackRow } from '../entities/index.js';
import type { StorageState } from '../sessions/storage-state.js';

const SEGMENT_STATES = ['local', 'uploading', 'stored', 'lost'] as const;
const SegmentStateEnum = enumOf('SegmentState', SEGMENT_STATES, 'Where the bytes of a segment are.');
const StorageStateEnum = enumOf('StorageState', ['none', ...SEGMENT_STATES], 'Where the bytes of a session are.');

@ObjectType('RecordedTrack', { description: 'The codec and parameters of a run of segments of a session.' })
export class RecordedTrackType {
  @Field(() => ID, { description: 'Within its directory.' })
  readonly id: string;

  @Field(() => MediaKindEnum)
  readonly kind: MediaKind;

  @Field(() => String)
  readonly codec: string;

  @Field(() => String, { description: 'RFC 6381.' })
  readonly codecString: string;

  @Field(() => String, { description: 'Key prefix of its segments.' })
  readonly directory: string;

  @Field(() => String, { description: 'Object key of its init segment.' })
  readonly initKey: string;

  @Field(() => Int, { description: 'Ticks in a second.' })
  readonly timescale: number;

  @Field(() => Int, { nullable: true })
  readonly width: number | null;

  @Field(() => Int, { nullable: true })
  readonly height: number | null;

  @Field(() => Int, { nullable: true })
  readonly sampleRate: number | null;

  @Field(() => Int, { nullable: true })
  readonly channels: number | null;

  constructor(row: TrackRow) {
    this.id = row.trackId;
    this.kind = row.kind;
    this.codec = row.codecName;
    this.codecString = row.codecString;
    this.directory = row.directory;
    this.initKey = row.initObjectKey;
    this.timescale = row.timescale;
    this.width = row.width;
    this.height = row.height;
    this.sampleRate = row.sampleRate;
    this.channels = row.channels;
  }
}

type RecordedObject = SegmentRow['objects'][number];

@ObjectType('SegmentObject', { description: "One track's part of a segment: a file." })
export class SegmentObjectType {
  @Field(() => ID)
  readonly trackId: string;

  @Field(() => MediaKindEnum)
  readonly kind: MediaKind;

  @Field(() => String, { description: 'Object key: `/api/record/object/{key}`.' })
  readonly key: string;

  @Field(() => Whole)
  readonly sizeBytes: number;

  @Field(() => String)
  readonly sha256: string;

  @Field(() => Whole)
  readonly durationMs: number;

  @Field(() => Int, { description: 'Pictures or audio frames.' })
  readonly frames: number;

  @Field(() => Boolean, { description: 'It starts with what can be decoded alone.' })
  readonly independent: boolean;

  constructor(object: RecordedObject) {
    this.trackId = object.trackId;
    this.kind = object.kind;
    this.key = object.objectKey;
    this.sizeBytes = object.sizeBytes;
    this.sha256 = object.sha256;
    this.durationMs = Math.round(ticksToMs(object.durationTicks, object.timescale));
    this.frames = object.samples;
    this.independent = object.independent;
  }
}

@ObjectType('Segment', { description: 'One segment number of a directory, all tracks.' })
export class SegmentType {
  @Field(() => ID)
  readonly id: string;

  @Field(() => String)
  readonly directory: string;

  @Field(() => Int)
  readonly number: number;

  @Field(() => ID)
  readonly sessionId: string;

  @Field(() => Int, { description: 'Counts the Periods of the session from 0.' })
  readonly period: number;

  @Field(() => Whole, { description: 'Session time in milliseconds: since the first media.' })
  readonly startMs: number;

  @Field(() => Whole)
  readonly durationMs: number;

  @Field(() => Whole)
  readonly sizeBytes: number;

  @Field(() => SegmentStateEnum)
  readonly state: SegmentRow['state'];

  @Field(() => [ID], { description: 'Tracks whose part is nowhere, while that of another is somewhere.' })
  readonly lostTracks: readonly string[];

  @Field(() => Instant, { description: 'When it got its row: its bytes were safe by then.' })
  readonly committedAt: Date;

  @Field(() => [SegmentObjectType])
  readonly objects: readonly SegmentObjectType[];

  constructor(readonly row: SegmentRow) {
    this.id = `${row.directory}/${row.number}`;
    this.directory = row.directory;
    this.number = row.number;
    this.sessionId = row.sessionId;
    this.period = row.period;
    this.startMs = row.startMs;
    this.durationMs = row.durationMs;
    this.sizeBytes = row.sizeBytes;
    this.state = row.state;
    this.lostTracks = row.lostTracks ?? [];
    this.committedAt = row.createdAt;
    this.objects = row.objects.map((object) => new SegmentObjectType(object));
  }
}

export const SegmentConnection = connectionTypeOf(SegmentType, 'Segment');
export const GapConnection = connectionTypeOf(GapDto, 'Gap');

@ObjectType('SessionStorage')
export class SessionStorageType {
  @Field(() => StorageStateEnum, { description: 'Of the worst segment, or where there is none of the oldest.' })
  readonly state: StorageState['state'];

  @Field(() => Int, { description: 'Segments that wait for the bucket.' })
  readonly uploadingCount: number;

  @Field(() => Int, { description: 'Segments whose bytes are nowhere.' })
  readonly lostCount: number;

  @Field(() => [String], { description: 'Key prefixes it has media under, in order: one for each day.' })
  readonly directories: readonly string[];

  constructor({ state, uploadingCount, lostCount }: StorageState, parts: readonly SessionPart[]) {
    this.state = state;
    this.uploadingCount = uploadingCount;
    this.lostCount = lostCount;
    this.directories = parts.map(({ directory }) => directory);
  }
}
