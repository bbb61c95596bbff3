import { IndexFeedResolver } from './index-feed.resolver.js';
import { IndexLoaders } from './index-loaders.js';
import { IndexMutationResolver } from './index-mutation.resolver.js';
import { NodeResolver } from './node.resolver.js';
import { RecordingSessionResolver } from './recording-session.resolver.js';
import { RecordingResolver } from './recording.resolver.js';
import { SegmentResolver } from './segment.resolver.js';
import { TimelineResolver } from './timeline.resolver.js';

/** The GraphQL door of the index. */
export const indexResolvers = [
  IndexLoaders,
  RecordingResolver,
  RecordingSessionResolver,
  SegmentResolver,
  TimelineResolver,
  NodeResolver,
  IndexMutationResolver,
  IndexFeedResolver,
] as const;
