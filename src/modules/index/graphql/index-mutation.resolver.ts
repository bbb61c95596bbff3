import { Args, Context, ID, InputType, Field, Mutation, Resolver } from '@nestjs/graphql';
import type { OperationContext } from '../../../platform/graphql/operation-context.js';
import { Instant } from '../../../platform/graphql/scalars.js';
import { checkOrder } from '../../../platform/input/check-order.js';
import { Audited } from '../../audit/ports/audited.decorator.js';
import { Permission } from '../../auth/ports/permission.decorator.js';
import { ON_SERVER, onStreamOf } from '../../auth/ports/place.js';
import { RecordingDeletionService } from '../deletion/recording-deletion.service.js';
import { DeletionDto } from '../dto/deletion.dto.js';
import { DeletionFilterEmptyError, UnknownRecordingSessionError } from '../index.errors.js';
import { RecordingOwner } from '../owners/recording-owner.js';
import { SessionOwner } from '../owners/session-owner.js';
import { SessionHoldService } from '../sessions/session-hold.service.js';
import { IndexLoaders } from './index-loaders.js';
import { RecordingSessionType } from './recording-session.type.js';

@InputType({ description: 'Sessions that are all of this; one of the three is needed.' })
class DeletionFilter {
  @Field(() => String, { nullable: true })
  readonly stream?: string | null;

  @Field(() => Instant, { nullable: true, description: 'Only sessions that began then or later.' })
  readonly from?: Date | null;

  @Field(() => Instant, { nullable: true, description: 'Only sessions that had ended by then.' })
  readonly to?: Date | null;
}

const REMOVE_OBJECTS = { type: (): typeof Boolean => Boolean, description: 'Whether their objects go too.' } as const;
const ID_OF = { type: (): typeof ID => ID } as const;

@Resolver()
@Permission('admin', onStreamOf(SessionOwner, 'id'))
export class IndexMutationResolver {
  constructor(
    private readonly deletion: RecordingDeletionService,
    private readonly holds: SessionHoldService,
    private readonly loaders: IndexLoaders,
  ) {}

  @Mutation(() => DeletionDto, { description: 'Deletes a recording session that has ended.' })
  @Audited('recordings-deleted')
  async deleteRecordingSession(
    @Args('id', ID_OF) id: string,
    @Args('removeObjects', REMOVE_OBJECTS) removeObjects: boolean,
  ): Promise<DeletionDto> {
    return new DeletionDto(await this.deletion.deleteSessions([id], removeObjects));
  }

  @Permission('admin', ON_SERVER)
  @Mutation(() => DeletionDto, { description: 'Deletes whole sessions of a stream, of a range of time, or both.' })
  @Audited('recordings-deleted')
  async deleteRecordingSessions(
    @Args('filter', { type: () => DeletionFilter }) { stream, from, to }: DeletionFilter,
    @Args('removeObjects', REMOVE_OBJECTS) removeObjects: boolean,
  ): Promise<DeletionDto> {
    const wanted = { stream: stream ?? undefined, from: from ?? undefined, to: to ?? undefined };
    if ((wanted.stream ?? wanted.from ?? wanted.to) === undefined) throw new DeletionFilterEmptyError();
    checkOrder(wanted);
    return new DeletionDto(await this.deletion.deleteMatching({ ...wanted, removeObjects }));
  }

  @Permission('admin', onStreamOf(RecordingOwner, 'id'))
  @Mutation(() => DeletionDto, {
    description: 'Deletes what was recorded of a stream on one day; what its sessions have of other days stays.',
  })
  @Audited('recordings-deleted')
  async deleteRecording(
    @Args('id', ID_OF) id: string,
    @Args('removeObjects', REMOVE_OBJECTS) removeObjects: boolean,
  ): Promise<DeletionDto> {
    return new DeletionDto(await this.deletion.deleteRecording(id, removeObjects));
  }

  @Mutation(() => RecordingSessionType, { description: 'Keeps a session from being deleted, by whomever.' })
  @Audited('hold-placed')
  async holdRecordingSession(
    @Args('id', ID_OF) id: string,
    @Context() context: OperationContext,
  ): Promise<RecordingSessionType> {
    await this.holds.hold(id);
    return this.session(id, context);
  }

  @Mutation(() => RecordingSessionType, { description: 'Lets a session be deleted again.' })
  @Audited('hold-released')
  async releaseRecordingSession(
    @Args('id', ID_OF) id: string,
    @Context() context: OperationContext,
  ): Promise<RecordingSessionType> {
    await this.holds.release(id);
    return this.session(id, context);
  }

  private async session(id: string, context: OperationContext): Promise<RecordingSessionType> {
    const { session } = this.loaders.of(context);
    const row = await session.clear(id).load(id);
    if (row === undefined) throw new UnknownRecordingSessionError(id);
    return new RecordingSessionType(row);
  }
}
