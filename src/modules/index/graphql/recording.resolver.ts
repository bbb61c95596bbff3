import { Args, Context, ID, Int, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { connectionOf, PageArgs, type Connection } from '../../../platform/graphql/connection.js';
import type { OperationContext } from '../../../platform/graphql/operation-context.js';
import { Whole } from '../../../platform/graphql/scalars.js';
import { checkOrder } from '../../../platform/input/check-order.js';
import type { Caller } from '../../auth/ports/caller.js';
import { CurrentCaller } from '../../auth/ports/current-caller.decorator.js';
import { Permission } from '../../auth/ports/permission.decorator.js';
import { ON_CONTENT, onStreamOf } from '../../auth/ports/place.js';
import type { RecordingSession, SessionPart } from '../entities/index.js';
import type { ListOrder } from '../queries/page-cursor.js';
import { RecordingListService, reportOf } from '../recordings/recording-list.service.js';
import { recordingCursor, recordingCursorText } from '../recordings/recording-query.js';
import { sessionCursor, sessionCursorText, type SessionCursor } from '../sessions/session-query.js';
import { readAfter } from './cursors.js';
import { RecordingOwner } from '../owners/recording-owner.js';
import { IndexLoaders } from './index-loaders.js';
import { PermittedStreams } from './permitted-streams.js';
import { RecordingSessionConnection, RecordingSessionType } from './recording-session.type.js';
import { ListOrderEnum, RecordingConnection, RecordingFilter, RecordingType } from './recording.type.js';

@Resolver(() => RecordingType)
@Permission('playback', ON_CONTENT)
export class RecordingResolver {
  constructor(
    private readonly recordings: RecordingListService,
    private readonly loaders: IndexLoaders,
    private readonly permitted: PermittedStreams,
  ) {}

  @Query(() => RecordingConnection, { name: 'recordings', description: 'What was recorded, by stream and day.' })
  async list(
    @Args() { first, after }: PageArgs,
    @Args('filter', { nullable: true, type: () => RecordingFilter }) filter: RecordingFilter | null,
    @Args('orderBy', { type: () => ListOrderEnum, defaultValue: 'newest-first' }) order: ListOrder,
    @CurrentCaller() caller: Caller,
  ): Promise<Connection<RecordingType>> {
    const query = {
      stream: filter?.stream ?? undefined,
      from: filter?.from ?? undefined,
      to: filter?.to ?? undefined,
      order,
      limit: first,
      cursor: readAfter(recordingCursorText, after),
    };
    checkOrder(query);
    const page = await this.recordings.page(query, await this.permitted.of(caller));
    return connectionOf(page, { cursor: recordingCursor, node: (row) => new RecordingType(row) }, after);
  }

  @Permission('playback', onStreamOf(RecordingOwner, 'id'))
  @Query(() => RecordingType, { name: 'recording', nullable: true })
  async find(@Args('id', { type: () => ID }) id: string): Promise<RecordingType | null> {
    const row = await this.recordings.find(id);
    return row === undefined ? null : new RecordingType(row);
  }

  @ResolveField(() => Whole, { description: 'From first to last media of each session of that day.' })
  async durationMs(@Parent() day: RecordingType, @Context() context: OperationContext): Promise<number> {
    return reportOf(day.row, await this.partsOf(day, context)).durationMs;
  }

  @ResolveField(() => Whole)
  async sizeBytes(@Parent() day: RecordingType, @Context() context: OperationContext): Promise<number> {
    return reportOf(day.row, await this.partsOf(day, context)).sizeBytes;
  }

  @ResolveField(() => Int)
  async segmentCount(@Parent() day: RecordingType, @Context() context: OperationContext): Promise<number> {
    return reportOf(day.row, await this.partsOf(day, context)).segmentCount;
  }

  @ResolveField(() => RecordingSessionConnection, { description: 'Those with media of that day, in order.' })
  async sessions(
    @Parent() day: RecordingType,
    @Args() { first, after }: PageArgs,
    @Context() context: OperationContext,
  ): Promise<Connection<RecordingSessionType>> {
    const place = readAfter(sessionCursorText, after);
    const parts = onePerSession(await this.partsOf(day, context));
    const behind = place === undefined ? parts : parts.filter((part) => isBehind(part, place));
    const page = behind.slice(0, first);
    const rows = await this.loaders.of(context).session.loadMany(page.map(({ sessionId }) => sessionId));
    const found = page.flatMap((part, index) => {
      const row = rows[index];
      return row === undefined || row instanceof Error ? [] : [{ part, row }];
    });
    const cursor = ({ part }: { readonly part: SessionPart }): string =>
      sessionCursor({ startedAt: part.startedAt, id: part.sessionId });
    const node = ({ row }: { readonly row: RecordingSession }): RecordingSessionType => new RecordingSessionType(row);
    return connectionOf({ rows: found, hasMore: behind.length > first }, { cursor, node }, after);
  }

  private async partsOf(day: RecordingType, context: OperationContext): Promise<SessionPart[]> {
    return (await this.loaders.of(context).partsOfDay.load(day.row)) ?? [];
  }
}

/** In order of their beginning on that day. */
function onePerSession(parts: readonly SessionPart[]): SessionPart[] {
  const first = new Map<string, SessionPart>();
  for (const part of parts) if (!first.has(part.sessionId)) first.set(part.sessionId, part);
  return [...first.values()].sort((a, b) => (isBehind(a, placeOf(b)) ? 1 : -1));
}

function placeOf({ startedAt, sessionId }: SessionPart): SessionCursor {
  return { startedAt: startedAt.toISOString(), id: sessionId };
}

function isBehind(part: SessionPart, place: SessionCursor): boolean {
  const { startedAt, id } = placeOf(part);
  return startedAt === place.startedAt ? id > place.id : startedAt > place.startedAt;
}
