import { Field, Float, Int, ObjectType } from '@nestjs/graphql';
import { ApiProperty } from '@nestjs/swagger';
import type { SessionState, TrackStatistics } from '../../../engine/index.js';
import type { MediaKind } from '../../../media/codecs/codec.js';
import { isRecorded } from '../../../media/codecs/index.js';
import type { NegotiatedTrack } from '../../../media/sdp/session.js';
import { MediaKindEnum } from '../../../platform/graphql/media-kind.js';
import { Whole } from '../../../platform/graphql/scalars.js';
import type { LiveStream } from '../live-stream.js';
import type { CascadeEnds, ListedSession, Traffic } from '../ports/listed-session.js';

/** What was received or sent since the beginning, and how fast now. */
export class TrafficDto {
  @ApiProperty({ description: 'RTP bytes' })
  readonly bytes: number;

  @ApiProperty()
  readonly packets: number;

  @ApiProperty({ description: 'bit/s' })
  readonly bitrate: number;

  constructor({ bytes, packets, bitrate }: Traffic) {
    this.bytes = bytes;
    this.packets = packets;
    this.bitrate = bitrate;
  }
}

/** The other end of a session between two servers. */
export class CascadeDto {
  @ApiProperty({ type: String, required: false, description: 'What this node pulls' })
  readonly sourceUrl: string | undefined;

  @ApiProperty({ type: String, required: false, description: 'What this node pushes to' })
  readonly targetUrl: string | undefined;

  @ApiProperty({ type: String, required: false, description: 'The session over there' })
  readonly sessionUrl: string | undefined;

  constructor({ sourceUrl, targetUrl, sessionUrl }: CascadeEnds) {
    this.sourceUrl = sourceUrl;
    this.targetUrl = targetUrl;
    this.sessionUrl = sessionUrl;
  }
}

export class SessionDto {
  @ApiProperty()
  readonly id: string;

  @ApiProperty({ description: 'epoch milliseconds' })
  readonly createdAt: number;

  @ApiProperty({ description: 'epoch milliseconds, 0 while it is open' })
  readonly leaveAt: number;

  @ApiProperty({ enum: ['new', 'connecting', 'connected', 'disconnected', 'closed'] })
  readonly state: SessionState;

  @ApiProperty({ type: () => CascadeDto, required: false, description: 'Of a session with another server' })
  readonly cascade: CascadeDto | undefined;

  @ApiProperty()
  readonly hasDataChannel: boolean;

  @ApiProperty({ type: () => TrafficDto })
  readonly stats: TrafficDto;

  constructor(session: ListedSession) {
    this.id = session.id;
    this.createdAt = session.createdAtMs;
    this.leaveAt = session.leftAtMs;
    this.state = session.state;
    this.cascade = session.cascade && new CascadeDto(session.cascade);
    this.hasDataChannel = session.hasDataChannel;
    this.stats = new TrafficDto(session.traffic);
  }
}

export class SessionListDto {
  @ApiProperty({ description: 'When the last one left, epoch milliseconds; 0 while there is one' })
  readonly leaveAt: number;

  @ApiProperty({ type: () => [SessionDto] })
  readonly sessions: SessionDto[];

  constructor(leaveAt: number, sessions: SessionDto[]) {
    this.leaveAt = leaveAt;
    this.sessions = sessions;
  }
}

@ObjectType('LiveTrack', { description: 'What a publisher sends of sound or picture.' })
export class StreamTrackDto {
  @ApiProperty({ enum: ['audio', 'video'] })
  @Field(() => MediaKindEnum)
  readonly kind: MediaKind;

  @ApiProperty({ example: 'h264' })
  @Field(() => String)
  readonly codec: string;

  @ApiProperty({ description: 'false: taken live only' })
  @Field(() => Boolean, { description: 'false: taken live only' })
  readonly recordable: boolean;

  @ApiProperty({ description: 'As the publisher offered it' })
  @Field(() => String, { description: 'As the publisher offered it' })
  readonly fmtp: string;

  @ApiProperty({ type: String, example: 'avc1.42E01F', required: false, description: 'RFC 6381, once it is known' })
  @Field(() => String, { nullable: true, description: 'RFC 6381, once it is known' })
  readonly codecString: string | undefined;

  @ApiProperty({ type: Number, required: false })
  @Field(() => Int, { nullable: true })
  readonly width: number | undefined;

  @ApiProperty({ type: Number, required: false })
  @Field(() => Int, { nullable: true })
  readonly height: number | undefined;

  @ApiProperty()
  @Field(() => Float)
  readonly framesPerSecond: number;

  @ApiProperty({ description: 'bit/s' })
  @Field(() => Whole, { description: 'bit/s' })
  readonly bitrate: number;

  @ApiProperty({ description: 'Lost for good' })
  @Field(() => Whole, { description: 'Lost for good' })
  readonly packetsLost: number;

  @ApiProperty({ description: 'Lost and sent again' })
  @Field(() => Whole, { description: 'Lost and sent again' })
  readonly packetsRepaired: number;

  @ApiProperty()
  @Field(() => Float)
  readonly jitterMs: number;

  constructor(track: NegotiatedTrack, statistics: TrackStatistics | undefined) {
    const [preferred] = track.formats;
    const used = track.formats.find(({ codecName }) => codecName === statistics?.codecName) ?? preferred;
    this.kind = track.kind;
    this.codec = used.codecName.toLowerCase();
    this.recordable = isRecorded(used.codecName, track.kind);
    this.fmtp = used.format;
    this.codecString = statistics?.codecString;
    this.width = statistics?.width;
    this.height = statistics?.height;
    this.framesPerSecond = statistics?.framesPerSecond ?? 0;
    this.bitrate = Math.round(statistics?.bitrateBps ?? 0);
    this.packetsLost = statistics?.packetsLost ?? 0;
    this.packetsRepaired = statistics?.packetsRepaired ?? 0;
    this.jitterMs = statistics?.jitterMs ?? 0;
  }
}

export class StreamTrafficDto {
  @ApiProperty({ type: () => TrafficDto })
  readonly publish: TrafficDto;

  @ApiProperty({ type: () => TrafficDto })
  readonly subscribe: TrafficDto;

  constructor({ received, sent }: LiveStream) {
    this.publish = new TrafficDto(received);
    this.subscribe = new TrafficDto(sent);
  }
}

export class StreamDto {
  @ApiProperty()
  readonly id: string;

  @ApiProperty({ description: 'epoch milliseconds' })
  readonly createdAt: number;

  @ApiProperty({ type: () => SessionListDto })
  readonly publish: SessionListDto;

  @ApiProperty({ type: () => SessionListDto })
  readonly subscribe: SessionListDto;

  @ApiProperty({ type: () => [StreamTrackDto] })
  readonly codecs: StreamTrackDto[];

  @ApiProperty({ description: 'Also true while the recording waits for its publisher to come back' })
  readonly recording: boolean;

  @ApiProperty({ description: 'Part of the configuration: always there' })
  readonly provisioned: boolean;

  @ApiProperty({ description: 'Fetched from its source only while somebody wants it' })
  readonly onDemand: boolean;

  @ApiProperty({ type: () => StreamTrafficDto })
  readonly stats: StreamTrafficDto;

  @ApiProperty({ enum: ['node'] })
  readonly statsScope = 'node';

  constructor(stream: LiveStream) {
    const { session, publisher } = stream;
    this.id = stream.name;
    this.createdAt = stream.createdAtMs;
    this.publish = new SessionListDto(stream.leftAtMs, session === undefined ? [] : [new SessionDto(session)]);
    this.subscribe = new SessionListDto(
      stream.subscribersLeftAtMs,
      stream.subscribers.map((subscriber) => new SessionDto(subscriber)),
    );
    this.codecs = (publisher?.tracks ?? []).map(
      (track) =>
        new StreamTrackDto(
          track,
          publisher?.statistics.find(({ mid }) => mid === track.mid),
        ),
    );
    this.recording = stream.isRecording;
    this.provisioned = stream.isProvisioned;
    this.onDemand = stream.isOnDemand;
    this.stats = new StreamTrafficDto(stream);
  }
}
