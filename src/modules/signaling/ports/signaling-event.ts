import type { SessionCloseReason, SessionState, TrackStatistics } from '../../../engine/index.js';
import type { NegotiatedTrack } from '../../../media/sdp/session.js';
import type { StreamName } from './stream-name.js';

interface OfPublisher {
  readonly stream: StreamName;
  readonly sessionId: string;
}

/** What happens to streams and their publishers. Every list, feed and metric comes from these. */
export type SignalingEvent =
  /** Before the answer is sent: media cannot come yet. A listener that rejects turns the publisher away. */
  | (OfPublisher & { readonly type: 'publisher-opened'; readonly tracks: readonly NegotiatedTrack[] })
  | (OfPublisher & { readonly type: 'publisher-state'; readonly state: Exclude<SessionState, 'closed'> })
  | (OfPublisher & { readonly type: 'publisher-closed'; readonly reason: SessionCloseReason })
  | { readonly type: 'statistics'; readonly stream: StreamName; readonly tracks: readonly TrackStatistics[] }
  | { readonly type: 'stream-deleted'; readonly stream: StreamName }
  /** Something that lists show has changed: a stream came or went, is recorded or no longer, or shows another picture. */
  | { readonly type: 'streams-changed'; readonly stream: StreamName }
  /** New publishers are refused from now on. */
  | { readonly type: 'draining' };

export type SignalingListener = (event: SignalingEvent) => void | Promise<void>;
