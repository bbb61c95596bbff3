import { Field, Float, ID, ObjectType } from '@nestjs/graphql';
import { connectionTypeOf } from '../../../platform/graphql/connection.js';
import { enumOf } from '../../../platform/graphql/enum-values.js';
import { Instant, Whole } from '../../../platform/graphql/scalars.js';
import { StreamTrackDto } from '../dto/stream.dto.js';
import type { LiveStream } from '../live-stream.js';
import type { CascadeEnds, ListedSession } from '../ports/listed-session.js';

const STATES = ['new', 'connecting', 'connected', 'disconnected', 'closed'] as const;
const SessionStateEnum = enumOf('SessionState', STATES, 'How far a peer connection is.');

@ObjectType({ description: 'The other end of a session between two servers.' })
export class CascadeType {
  @Field(() => String, { nullable: true, description: 'What this node pulls.' })
  readonly sourceUrl: string | null;

  @Field(() => String, { nullable: true, description: 'What this node pushes to.' })
  readonly targetUrl: string | null;

  @Field(() => String, { nullable: true, description: 'The session over there.' })
  readonly sessionUrl: string | null;

  constructor({ sourceUrl, targetUrl, sessionUrl }: CascadeEnds) {
    this.sourceUrl = sourceUrl ?? null;
    this.targetUrl = targetUrl ?? null;
    this.sessionUrl = sessionUrl ?? null;
  }
}

@ObjectType({ isAbstract: true })
class PeerConnectionType {
  @Field(() => ID)
  readonly id: string;

  @Field(() => SessionStateEnum)
  readonly state: (typeof STATES)[number];

  @Field(() => Instant)
  readonly createdAt: Date;

  @Field(() => Instant, { nullable: true })
  readonly leftAt: Date | null;

  @Field(() => CascadeType, { nullable: true, description: 'Of a session with another server.' })
  readonly cascade: CascadeType | null;

  @Field(() => Boolean)
  readonly hasDataChannel: boolean;

  @Field(() => Whole, { description: 'RTP bytes.' })
  readonly bytes: number;

  @Field(() => Whole)
  readonly packets: number;

  @Field(() => Float, { description: 'bit/s now.' })
  readonly bitrate: number;

  constructor(session: ListedSession) {
    const { id, state, createdAtMs, leftAtMs, cascade, traffic } = session;
    this.id = id;
    this.state = state;
    this.createdAt = new Date(createdAtMs);
    this.leftAt = leftAtMs === 0 ? null : new Date(leftAtMs);
    this.cascade = cascade === undefined ? null : new CascadeType(cascade);
    this.hasDataChannel = session.hasDataChannel;
    this.bytes = traffic.bytes;
    this.packets = traffic.packets;
    this.bitrate = traffic.bitrate;
  }
}

@ObjectType('Publisher', { description: 'The peer connection that sends a stream, or sent it until a moment ago.' })
export class PublisherType extends PeerConnectionType {}

@ObjectType('Subscriber', { description: 'A peer connection that watches a stream, or did until a moment ago.' })
export class SubscriberType extends PeerConnectionType {}

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

  @Field(() => [SubscriberType])
  readonly subscribers: readonly SubscriberType[];

  @Field(() => Boolean, { description: 'Part of the configuration: always there.' })
  readonly isProvisioned: boolean;

  @Field(() => Boolean, { description: 'Fetched from its source only while somebody wants it.' })
  readonly isOnDemand: boolean;

  @Field(() => Instant, { nullable: true, description: 'When its last publisher left; null while there is one.' })
  readonly leftAt: Date | null;

  @Field(() => [StreamTrackDto])
  readonly tracks: readonly StreamTrackDto[];

  @Field(() => Float, { description: 'bit/s, received now.' })
  readonly bitrate: number;

  @Field(() => Whole, { description: 'RTP bytes received since the stream began.' })
  readonly bytesReceived: number;

  @Field(() => Whole)
  readonly packetsReceived: number;

  @Field(() => Float, { description: 'bit/s, sent to subscribers now.' })
  readonly bitrateSent: number;

  @Field(() => Whole, { description: 'RTP bytes sent to subscribers since the stream began.' })
  readonly bytesSent: number;

  @Field(() => Whole)
  readonly packetsSent: number;

  constructor(stream: LiveStream) {
    const { session, publisher, received, sent, leftAtMs } = stream;
    this.id = stream.name;
    this.name = stream.name;
    this.isLive = publisher?.state === 'connected';
    this.isRecording = stream.isRecording;
    this.createdAt = new Date(stream.createdAtMs);
    this.publisher = session === undefined ? null : new PublisherType(session);
    this.subscribers = stream.subscribers.map((subscriber) => new SubscriberType(subscriber));
    this.isProvisioned = stream.isProvisioned;
    this.isOnDemand = stream.isOnDemand;
    this.leftAt = leftAtMs === 0 ? null : new Date(leftAtMs);
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
    this.bitrateSent = sent.bitrate;
    this.bytesSent = sent.bytes;
    this.packetsSent = sent.packets;
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
