import { Args, ID, Query, Resolver, Subscription } from '@nestjs/graphql';
import { connectionOf, PageArgs, type Connection } from '../../../platform/graphql/connection.js';
import { EventQueue } from '../../../platform/graphql/event-queue.js';
import { CursorInvalidError } from '../../../platform/graphql/graphql.errors.js';
import { Permission } from '../../auth/ports/permission.decorator.js';
import { ON_CONTENT, onStream } from '../../auth/ports/place.js';
import { CurrentCaller } from '../../auth/ports/current-caller.decorator.js';
import type { Caller } from '../../auth/ports/caller.js';
import { SignalingService } from '../signaling.service.js';
import { StreamChange, StreamConnection, StreamType } from './stream.type.js';

/** What is live. */
@Resolver(() => StreamType)
@Permission('watch', ON_CONTENT)
export class StreamResolver {
  constructor(private readonly signaling: SignalingService) {}

  @Query(() => StreamConnection, {
    name: 'streams',
    description: 'All streams of this node, by name; one is shown for 30 s after its end.',
  })
  list(@Args() { first, after }: PageArgs, @CurrentCaller() caller: Caller): Connection<StreamType> {
    const place = after === null || after === undefined ? undefined : nameOf(after);
    const allowed = this.signaling.streams().filter(({ name }) => caller.may(['watch'], name));
    const behind = allowed.filter(({ name }) => place === undefined || name > place);
    return connectionOf(
      { rows: behind.slice(0, first), hasMore: behind.length > first },
      { cursor: ({ name }) => cursorOf(name), node: (stream) => new StreamType(stream) },
      after,
    );
  }

  @Permission('watch', onStream('id'))
  @Query(() => StreamType, { name: 'stream', nullable: true })
  find(@Args('id', { type: () => ID }) id: string): StreamType | null {
    const stream = this.signaling.findStream(id);
    return stream === undefined ? null : new StreamType(stream);
  }

  @Subscription(() => StreamChange, {
    resolve: (event: unknown) => event,
    description:
      'It came, went, is recorded or no longer, or its publisher or its picture changed. Figures do not count.',
  })
  streamChanged(
    @CurrentCaller() caller: Caller,
    @Args('stream', { type: () => ID, nullable: true, description: 'Only this one.' }) wanted?: string | null,
  ): EventQueue<StreamChange> {
    return new EventQueue((push) =>
      this.signaling.on((event) => {
        if (event.type === 'statistics' || event.type === 'draining') return;
        const { stream: id } = event;
        if (wanted !== null && wanted !== undefined && wanted !== id) return;
        if (!caller.may(['watch'], id)) return;
        push(id, () => ({ id, stream: this.find(id) }));
      }),
    );
  }
}

function cursorOf(name: string): string {
  return Buffer.from(name).toString('base64url');
}

function nameOf(cursor: string): string {
  const name = Buffer.from(cursor, 'base64url').toString();
  if (cursorOf(name) !== cursor) throw new CursorInvalidError();
  return name;
}
