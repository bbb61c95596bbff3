import { Field, ID, ObjectType } from '@nestjs/graphql';
import { Instant } from '../../../platform/graphql/scalars.js';
import type { StartedRecording } from '../recorder.service.js';

@ObjectType('StartedRecording')
export class StartedRecordingType {
  @Field(() => ID)
  readonly stream: string;

  @Field(() => ID, { description: 'There is a session of this id as soon as the publisher is connected.' })
  readonly sessionId: string;

  @Field(() => Instant)
  readonly startedAt: Date;

  @Field(() => String, { description: 'Key prefix it records under.' })
  readonly directory: string;

  @Field(() => String, { description: 'Object key of the DASH manifest.' })
  readonly mpdPath: string;

  constructor({ stream, sessionId, startedAt, directory, mpdPath }: StartedRecording) {
    this.stream = stream;
    this.sessionId = sessionId;
    this.startedAt = startedAt;
    this.directory = directory;
    this.mpdPath = mpdPath;
  }
}
