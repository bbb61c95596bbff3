import { Args, ID, Resolver, Subscription } from '@nestjs/graphql';
import { EventQueue } from '../../../platform/graphql/event-queue.js';
import { Permission } from '../../auth/ports/permission.decorator.js';
import { IndexEventsService } from '../index-events.service.js';
import { ON_CONTENT, ON_SERVER } from '../../auth/ports/place.js';
import { CurrentCaller } from '../../auth/ports/current-caller.decorator.js';
import type { Caller } from '../../auth/ports/caller.js';
import { NodeType } from './node.type.js';
import { RecordingSessionChange, RecordingSessionType } from './recording-session.type.js';
import { SegmentType } from './session-media.type.js';

const asItIs = (event: unknown): unknown => event;
const OF_STREAM = { type: (): typeof String => String, nullable: true, description: 'Only of this stream.' } as const;

/** What happens to recordings, as it happens. */
@Resolver()
@Permission('playback', ON_CONTENT)
export class IndexFeedResolver {
  constructor(private readonly events: IndexEventsService) {}

  @Subscription(() => RecordingSessionChange, { resolve: asItIs, description: 'Each change of its state.' })
  recordingSessionChanged(
    @Args('stream', OF_STREAM) stream: string | null,
    @CurrentCaller() caller: Caller,
  ): EventQueue<RecordingSessionChange> {
    const isWanted = (name: string): boolean => isAskedFor(stream, name) && caller.may(['playback'], name);
    return new EventQueue((push) =>
      this.events.on((event) => {
        if (event.type === 'session-deleted') {
          const { sessionId: id, stream: name } = event;
          if (isWanted(name)) push(id, () => ({ id, stream: name, session: null }));
        } else if (event.type === 'session-changed') {
          const { id, stream: name } = event.session;
          if (!isWanted(name)) return;
          const session = new RecordingSessionType(event.session);
          push(id, () => ({ id, stream: name, session }));
        }
      }),
    );
  }

  @Subscription(() => SegmentType, { resolve: asItIs, description: 'Each segment that may be played from now on.' })
  segmentCommitted(
    @Args('stream', OF_STREAM) stream: string | null,
    @CurrentCaller() caller: Caller,
  ): EventQueue<SegmentType> {
    const isWanted = (name: string): boolean => isAskedFor(stream, name) && caller.may(['playback'], name);
    return new EventQueue((push) =>
      this.events.on((event) => {
        if (event.type !== 'segment-committed' || !isWanted(event.stream)) return;
        const segment = new SegmentType(event.segment);
        push(segment.id, () => segment);
      }),
    );
  }

  @Permission('playback', ON_SERVER)
  @Subscription(() => NodeType, { resolve: asItIs, description: 'Each heartbeat.' })
  nodeChanged(
    @Args('id', { type: () => ID, nullable: true, description: 'Only of this node.' }) id: string | null,
  ): EventQueue<NodeType> {
    return new EventQueue((push) =>
      this.events.on((event) => {
        if (event.type === 'node-changed' && isAskedFor(id, event.node.alias)) {
          const node = new NodeType(event.node);
          push(event.node.alias, () => node);
        }
      }),
    );
  }
}

function isAskedFor(asked: string | null | undefined, name: string): boolean {
  return asked === null || asked === undefined || asked === name;
}
