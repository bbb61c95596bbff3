import { Args, ID, Mutation, Resolver } from '@nestjs/graphql';
import { MediaKindEnum } from '../../../platform/graphql/media-kind.js';
import type { MediaKind } from '../../../media/codecs/codec.js';
import { Audited } from '../../audit/ports/audited.decorator.js';
import { Permission } from '../../auth/ports/permission.decorator.js';
import { onStream } from '../../auth/ports/place.js';
import { describeMute } from '../dto/mute.input.js';
import type { StreamName } from '../ports/stream-name.js';
import { StreamNamePipe } from '../ports/stream-name.pipe.js';
import { SignalingService } from '../signaling.service.js';
import { StreamType } from './stream.type.js';

const STREAM = { type: (): typeof ID => ID, description: 'Name of the stream.' } as const;
const SESSION = { type: (): typeof ID => ID, description: 'Of its publisher or of a subscriber.' } as const;

/** What is done with streams and sessions. */
@Resolver(() => StreamType)
export class StreamMutationResolver {
  constructor(private readonly signaling: SignalingService) {}

  @Permission('admin', onStream('stream'))
  @Audited('stream-created')
  @Mutation(() => StreamType, { description: 'Makes a stream before anybody publishes or watches it.' })
  async createStream(@Args('stream', STREAM, StreamNamePipe) stream: StreamName): Promise<StreamType> {
    await this.signaling.createStream(stream);
    return new StreamType(this.signaling.stream(stream));
  }

  @Permission('admin', onStream('stream'))
  @Audited('stream-deleted')
  @Mutation(() => Boolean, { description: 'Ends a stream, its sessions and its recording.' })
  async deleteStream(@Args('stream', STREAM, StreamNamePipe) stream: StreamName): Promise<boolean> {
    await this.signaling.deleteStream(stream);
    return true;
  }

  @Permission('admin', onStream('stream'))
  @Audited('session-ended', { subjectMember: 'session' })
  @Mutation(() => Boolean, { description: 'Ends the session of a publisher, or of a subscriber.' })
  async endSession(
    @Args('stream', STREAM, StreamNamePipe) stream: StreamName,
    @Args('session', SESSION) session: string,
  ): Promise<boolean> {
    await this.signaling.end(stream, session);
    return true;
  }

  @Permission('admin', onStream('stream'))
  @Audited('subscriber-muted', { subjectMember: 'session', describe: describeMute })
  @Mutation(() => Boolean, { description: 'Sends a subscriber sound or picture, or no longer.' })
  async muteSubscriber(
    @Args('stream', STREAM, StreamNamePipe) stream: StreamName,
    @Args('session', SESSION) session: string,
    @Args('kind', { type: () => MediaKindEnum }) kind: MediaKind,
    @Args('enabled', { type: () => Boolean }) enabled: boolean,
  ): Promise<boolean> {
    await this.signaling.subscriber(stream, session).setEnabled(kind, enabled);
    return true;
  }
}
