import { Args, Context, ID, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { connectionOf, PageArgs, type Connection } from '../../../platform/graphql/connection.js';
import type { OperationContext } from '../../../platform/graphql/operation-context.js';
import { Whole } from '../../../platform/graphql/scalars.js';
import { checkOrder } from '../../../platform/input/check-order.js';
import type { Caller } from '../../auth/ports/caller.js';
import { CurrentCaller } from '../../auth/ports/current-caller.decorator.js';
import { Permission } from '../../auth/ports/permission.decorator.js';
import { ON_CONTENT, onStreamOf } from '../../auth/ports/place.js';
import { CompletenessDto, GapDto } from '../dto/completeness.dto.js';
import { UnknownRecordingSessionError } from '../index.errors.js';
import { writeCursor, type ListOrder } from '../queries/page-cursor.js';
import type { Completeness } from '../sessions/completeness.js';
import { SessionListService } from '../sessions/session-list.service.js';
import { sessionCursor, sessionCursorText } from '../sessions/session-query.js';
import { gapCursor, readAfter, segmentCursor } from './cursors.js';
import { SessionOwner } from '../owners/session-owner.js';
import { IndexLoaders } from './index-loaders.js';
import { PermittedStreams } from './permitted-streams.js';
import { NodeType } from './node.type.js';
import { RecordingSessionConnection, RecordingSessionFilter, RecordingSessionType } from './recording-session.type.js';
import { ListOrderEnum } from './recording.type.js';
import {
  GapConnection,
  RecordedTrackType,
  SegmentConnection,
  SegmentType,
  SessionStorageType,
} from './session-media.type.js';

@Resolver(() => RecordingSessionType)
@Permission('playback', ON_CONTENT)
export class RecordingSessionResolver {
  constructor(
    private readonly sessions: SessionListService,
    private readonly loaders: IndexLoaders,
    private readonly permitted: PermittedStreams,
  ) {}

  @Query(() => RecordingSessionConnection, { name: 'recordingSessions' })
  async list(
    @Args() { first, after }: PageArgs,
    @Args('filter', { nullable: true, type: () => RecordingSessionFilter }) filter: RecordingSessionFilter | null,
    @Args('orderBy', { type: () => ListOrderEnum, defaultValue: 'newest-first' }) order: ListOrder,
    @CurrentCaller() caller: Caller,
  ): Promise<Connection<RecordingSessionType>> {
    const query = {
      stream: filter?.stream ?? undefined,
      node: filter?.node ?? undefined,
      state: filter?.state ?? undefined,
      from: filter?.from ?? undefined,
      to: filter?.to ?? undefined,
      order,
      limit: first,
      cursor: readAfter(sessionCursorText, after),
    };
    checkOrder(query);
    const page = await this.sessions.page(query, await this.permitted.of(caller));
    return connectionOf(page, { cursor: sessionCursor, node: (row) => new RecordingSessionType(row) }, after);
  }

  @Permission('playback', onStreamOf(SessionOwner, 'id'))
  @Query(() => RecordingSessionType, { name: 'recordingSession', nullable: true })
  async find(
    @Args('id', { type: () => ID }) id: string,
    @Context() context: OperationContext,
  ): Promise<RecordingSessionType | null> {
    const row = await this.loaders.of(context).session.load(id);
    return row === undefined ? null : new RecordingSessionType(row);
  }

  @ResolveField(() => Whole, {
    description: 'From its first media to its last, or to the end of a gap behind that; gaps included.',
  })
  async lengthMs(@Parent() session: RecordingSessionType, @Context() context: OperationContext): Promise<number> {
    return (await this.completenessOf(session, context)).lengthMs;
  }

  @ResolveField(() => CompletenessDto)
  async completeness(
    @Parent() session: RecordingSessionType,
    @Context() context: OperationContext,
  ): Promise<CompletenessDto> {
    return new CompletenessDto(await this.completenessOf(session, context));
  }

  @ResolveField(() => NodeType, { nullable: true, description: 'That recorded it.' })
  async node(@Parent() session: RecordingSessionType, @Context() context: OperationContext): Promise<NodeType | null> {
    const row = await this.loaders.of(context).node.load(session.nodeAlias);
    return row === undefined ? null : new NodeType(row);
  }

  @ResolveField(() => [RecordedTrackType])
  async tracks(
    @Parent() session: RecordingSessionType,
    @Context() context: OperationContext,
  ): Promise<RecordedTrackType[]> {
    const rows = await this.loaders.of(context).tracks.load(session.id);
    return (rows ?? []).map((row) => new RecordedTrackType(row));
  }

  @ResolveField(() => SessionStorageType)
  async storage(
    @Parent() session: RecordingSessionType,
    @Context() context: OperationContext,
  ): Promise<SessionStorageType> {
    const loaders = this.loaders.of(context);
    const [state, parts] = await Promise.all([loaders.storage.load(session.row), loaders.parts.load(session.id)]);
    return new SessionStorageType(state ?? { state: 'none', uploadingCount: 0, lostCount: 0 }, parts ?? []);
  }

  @ResolveField(() => SegmentConnection, { description: 'In the order they were recorded.' })
  async segments(
    @Parent() session: RecordingSessionType,
    @Args() { first, after }: PageArgs,
    @Context() context: OperationContext,
  ): Promise<Connection<SegmentType>> {
    const page = { sessionId: session.id, limit: first + 1, after: readAfter(segmentCursor, after) };
    const rows = (await this.loaders.of(context).segments.load(page)) ?? [];
    return connectionOf(
      { rows: rows.slice(0, first), hasMore: rows.length > first },
      { cursor: (row) => writeCursor([row.directory, row.number]), node: (row) => new SegmentType(row) },
      after,
    );
  }

  @ResolveField(() => GapConnection, { description: 'In the order of session time.' })
  async gaps(
    @Parent() session: RecordingSessionType,
    @Args() { first, after }: PageArgs,
    @Context() context: OperationContext,
  ): Promise<Connection<GapDto>> {
    const page = { sessionId: session.id, limit: first + 1, after: readAfter(gapCursor, after) };
    const rows = (await this.loaders.of(context).gaps.load(page)) ?? [];
    return connectionOf(
      { rows: rows.slice(0, first), hasMore: rows.length > first },
      { cursor: (row) => writeCursor([row.startMs, row.kind]), node: (row) => new GapDto(row, session.anchorMs) },
      after,
    );
  }

  private async completenessOf({ id, row }: RecordingSessionType, context: OperationContext): Promise<Completeness> {
    const found = await this.loaders.of(context).completeness.load(row);
    if (found === undefined) throw new UnknownRecordingSessionError(id);
    return found;
  }
}
