import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import { enumOf } from '../../../platform/graphql/enum-values.js';
import type { CascadeDirection, CascadeLink, CascadeState } from '../cascade-link.js';
import { codeOf } from '../dto/cascade.dto.js';
import { SOURCE_STATES, type Source, type SourceState } from '../sources/source.js';

const DirectionEnum = enumOf(
  'CascadeDirection',
  ['pull', 'push'],
  'Whether a stream comes from another server or goes there.',
);
const StateEnum = enumOf(
  'CascadeState',
  ['connecting', 'connected', 'waiting'],
  'How far it is; waiting: until it is tried again.',
);
const SourceStateEnum = enumOf('SourceState', SOURCE_STATES, 'Whether a stream comes; disconnected: nobody wants it.');

@ObjectType('CascadeLink', { description: "A stream's way from or to another server." })
export class CascadeLinkType {
  @Field(() => ID)
  readonly stream: string;

  @Field(() => DirectionEnum)
  readonly direction: CascadeDirection;

  @Field(() => String, { description: 'The endpoint over there.' })
  readonly url: string;

  @Field(() => StateEnum)
  readonly state: CascadeState;

  @Field(() => String, { nullable: true, description: 'Code of the last failure, while it is not connected.' })
  readonly error: string | null;

  constructor({ stream, direction, url, state, lastError }: CascadeLink) {
    this.stream = stream;
    this.direction = direction;
    this.url = url;
    this.state = state;
    this.error = codeOf(lastError) ?? null;
  }
}

@ObjectType('StreamSource', { description: 'Where a stream comes from by itself.' })
export class StreamSourceType {
  @Field(() => ID)
  readonly stream: string;

  @Field(() => String, { description: 'The endpoint over there, without its token.' })
  readonly url: string;

  @Field(() => SourceStateEnum)
  readonly state: SourceState;

  @Field(() => Boolean, { description: 'Fetched only while somebody watches it or had it recorded.' })
  readonly isOnDemand: boolean;

  @Field(() => Boolean, { description: 'Part of the configuration.' })
  readonly isConfigured: boolean;

  @Field(() => String, { nullable: true, description: 'Code of the last failure, while it does not come.' })
  readonly error: string | null;

  constructor({ stream, url, state, onDemand, isConfigured, lastError }: Source) {
    this.stream = stream;
    this.url = url;
    this.state = state;
    this.isOnDemand = onDemand !== undefined;
    this.isConfigured = isConfigured;
    this.error = codeOf(lastError) ?? null;
  }
}

@InputType({ description: 'One of `sourceUrl` and `targetUrl`.' })
export class StartCascadeInput {
  @Field(() => String, { nullable: true, description: 'A WHEP endpoint: its stream is published here.' })
  readonly sourceUrl?: string | null;

  @Field(() => String, { nullable: true, description: 'A WHIP endpoint: the stream is published there.' })
  readonly targetUrl?: string | null;

  @Field(() => String, { nullable: true, description: 'For the other server; it is never shown.' })
  readonly token?: string | null;
}
