import { Field, ID, ObjectType } from '@nestjs/graphql';
import { ApiProperty } from '@nestjs/swagger';
import type { SplitRecording } from '../recorder.service.js';

@ObjectType('SplitRecording')
export class SplitRecordingDto {
  @ApiProperty({ example: 'cam' })
  @Field(() => ID)
  readonly stream: string;

  @ApiProperty({ description: 'The recording session that ends' })
  @Field(() => ID, { description: 'The recording session that ends.' })
  readonly endedSessionId: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The one that goes on; null when no key frame came in 10 s',
  })
  @Field(() => ID, { nullable: true, description: 'The one that goes on; null when no key frame came in 10 s.' })
  readonly sessionId: string | null;

  constructor({ stream, endedSessionId, sessionId }: SplitRecording) {
    this.stream = stream;
    this.endedSessionId = endedSessionId;
    this.sessionId = sessionId ?? null;
  }
}
