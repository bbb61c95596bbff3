import { Field, ID, ObjectType } from '@nestjs/graphql';
import { ApiProperty } from '@nestjs/swagger';
import type { WebhookTarget } from '../targets/webhook-target.js';

@ObjectType('WebhookTarget', { description: 'Somebody who is told by HTTP what happens.' })
export class WebhookTargetDto {
  @ApiProperty()
  @Field(() => ID)
  readonly id: string;

  @ApiProperty()
  @Field(() => String)
  readonly url: string;

  @ApiProperty({ type: [String], description: 'Patterns of event types' })
  @Field(() => [String], { description: 'Patterns of event types.' })
  readonly events: readonly string[];

  @ApiProperty({ type: [String], description: 'Patterns of streams' })
  @Field(() => [String], { description: 'Patterns of streams.' })
  readonly streams: readonly string[];

  @ApiProperty({ description: 'Part of the configuration: not deleted by requests' })
  @Field(() => Boolean, { description: 'Part of the configuration: not deleted by requests.' })
  readonly configured: boolean;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  @Field(() => String, { nullable: true, description: 'RFC 3339.' })
  readonly createdAt: string | null;

  constructor(target: WebhookTarget) {
    this.id = target.id;
    this.url = target.url;
    this.events = target.events;
    this.streams = target.streams;
    this.configured = target.createdAt === undefined;
    this.createdAt = target.createdAt?.toISOString() ?? null;
  }
}
