import { Field, Float, ID, ObjectType } from '@nestjs/graphql';
import { connectionTypeOf } from '../../../platform/graphql/connection.js';
import { enumOf } from '../../../platform/graphql/enum-values.js';
import { Instant, Whole } from '../../../platform/graphql/scalars.js';
import { StreamTrackDto } from '../dto/stream.dto.js';
import type { LiveStream } from '../live-stream.js';
import type { PublisherSession } from '../publisher-session.js';

const STATES = ['new', 'connecting', 'connected', 'disconnected', 'closed'] as const;
const SessionStateEnum = enumOf('SessionState', STATES, 'How far a peer connection is.');

@ObjectType('Publisher', { description: 'The peer connection that sends a stream, or sent it until a moment ago.' })
export class PublisherType {
  @Field(() => ID)
  readonly id: string;

  @Field(() => SessionStateEnum)
  readonly state: (typeof STATES)[number];

  @Field(() => Instant)
  readonly createdAt: Date;

  @Field(() => Instant, { nullable: true })
  readonly leftAt: Date | null;

  constructor({ id, state, createdAtMs, leftAtMs }: PublisherSession) {
    this.id = id;
    this.state = state;
    this.createdAt = new Date(createdAtMs);
    this.leftAt = leftAtMs === 0 ? null : new Date(leftAtMs);
  }
}

@ObjectType('Stream', { description: 'A named live source, as this node knows it.' })
export class StreamType {
  @Field(() => ID, { description: 'Its name.' })
  readonly id: string;

  @Field(() => String)
  readonly name: string;

  @Field(() => Boolean, { description: 'Its publisher is connected.' })
  readonly isLive: boolean;

  @Field(() => Boolean, { description: 'Also while the recording waits for its publisher to come back.' })
  readonly isRecording: boolean;

  @Field(() => Instant)
  readonly createdAt: Date;

  @Field(() => PublisherType, { nullable: true })
  readonly publisher: PublisherType | null;

  @Field(() => [StreamTrackDto])
  readonly tracks: readonly StreamTrackDto[];

  @Field(() => Float, { description: 'bit/s, received now.' })
  readonly bitrate: number;

  @Field(() => Whole, { description: 'RTP bytes received since the stream began.' })
  readonly bytesReceived: number;

  @Field(() => Whole)
  readonly packetsReceived: number;

  constructor(stream: LiveStream) {
    const { session, publisher, received } = stream;
    this.id = stream.name;
    this.name = stream.name;
    this.isLive = publisher?.state === 'connected';
    this.isRecording = stream.isRecording;
    this.createdAt = new Date(stream.createdAtMs);
    this.publisher = session === undefined ? null : new PublisherType(session);
    this.tracks = (publisher?.tracks ?? []).map(
      (track) =>
        new StreamTrackDto(
          track,
          publisher?.statistics.find(({ mid }) => mid === track.mid),
        ),
    );
    this.bitrate = received.bitrate;
    this.bytesReceived = received.bytes;
    this.packetsReceived = received.packets;
  }
}

export const StreamConnection = connectionTypeOf(StreamType, 'Stream');

@ObjectType({ description: 'A stream came, changed or went.' })
export class StreamChange {
  @Field(() => ID)
  readonly id!: string;

  @Field(() => StreamType, { nullable: true, description: 'As it is now; null when it is gone.' })
  readonly stream!: StreamType | null;
}
