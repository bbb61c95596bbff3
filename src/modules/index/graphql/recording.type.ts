import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { connectionTypeOf } from '../../../platform/graphql/connection.js';
import { enumOf } from '../../../platform/graphql/enum-values.js';
import { Instant } from '../../../platform/graphql/scalars.js';
import type { Recording } from '../entities/index.js';
import { LIST_ORDERS } from '../queries/page-cursor.js';
import { PlaybackUrls } from './playback-urls.type.js';

export const ListOrderEnum = enumOf('ListOrder', LIST_ORDERS, 'By time.');

@ObjectType('Recording', { description: 'What was recorded of a stream on one day.' })
export class RecordingType {
  @Field(() => ID)
  readonly id: string;

  @Field(() => String)
  readonly stream: string;

  @Field(() => Int)
  readonly year: number;

  @Field(() => Int, { description: '1 to 12.' })
  readonly month: number;

  @Field(() => Int, { description: '1 to 31.' })
  readonly day: number;

  @Field(() => String, { description: 'Object key of the DASH manifest.' })
  readonly mpdPath: string;

  @Field(() => PlaybackUrls)
  readonly playback: PlaybackUrls;

  @Field(() => Instant)
  readonly createdAt: Date;

  @Field(() => Instant)
  readonly updatedAt: Date;

  constructor(readonly row: Recording) {
    this.id = row.id;
    this.stream = row.stream;
    this.year = row.year;
    this.month = row.month;
    this.day = row.day;
    this.mpdPath = row.mpdPath;
    this.playback = PlaybackUrls.ofDay(row);
    this.createdAt = row.createdAt;
    this.updatedAt = row.updatedAt;
  }
}

export const RecordingConnection = connectionTypeOf(RecordingType, 'Recording');

@InputType({ description: 'Days that are all of this.' })
export class RecordingFilter {
  @Field(() => String, { nullable: true })
  readonly stream?: string | null;

  @Field(() => Instant, { nullable: true, description: 'The day of it and later ones.' })
  readonly from?: Date | null;

  @Field(() => Instant, { nullable: true, description: 'Days that had begun before.' })
  readonly to?: Date | null;
}
