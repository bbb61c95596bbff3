import { Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { OperationContext } from '../../../platform/graphql/operation-context.js';
import { Permission } from '../../auth/ports/permission.decorator.js';
import { ON_CONTENT } from '../../auth/ports/place.js';
import { IndexLoaders } from './index-loaders.js';
import { RecordingSessionType } from './recording-session.type.js';
import { SegmentType } from './session-media.type.js';

@Resolver(() => SegmentType)
@Permission('playback', ON_CONTENT)
export class SegmentResolver {
  constructor(private readonly loaders: IndexLoaders) {}

  @ResolveField(() => RecordingSessionType, { nullable: true })
  async session(
    @Parent() { sessionId }: SegmentType,
    @Context() context: OperationContext,
  ): Promise<RecordingSessionType | null> {
    const row = await this.loaders.of(context).session.load(sessionId);
    return row === undefined ? null : new RecordingSessionType(row);
  }
}
