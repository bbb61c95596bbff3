import type { SessionCloseReason, SessionState, TrackStatistics } from '../../../engine/index.js';
import type { NegotiatedTrack } from '../../../media/sdp/session.js';
import type { StreamName } from './stream-name.js';

/** Why a stream is gone: it was deleted, or nobody wanted it any more (docs/streams.md). */
export type StreamDeletionReason = 'api-deleted' | 'publish-leave-timeout' | 'subscribe-leave-timeout' | 'orphaned';

interface OfSession {
  readonly stream: StreamName;
  readonly sessionId: string;
}

/** What happens to streams and their publishers. Every list, feed and metric comes from these. */
export type SignalingEvent =
  /** Before the answer is sent: media cannot come yet. A listener that rejects turns the publisher away. */
  | (OfSession & { readonly type: 'publisher-opened'; readonly tracks: readonly NegotiatedTrack[] })
  | (OfSession & { readonly type: 'publisher-state'; readonly state: Exclude<SessionState, 'closed'> })
  | (OfSession & { readonly type: 'publisher-closed'; readonly reason: SessionCloseReason })
  | { readonly type: 'statistics'; readonly stream: StreamName; readonly tracks: readonly TrackStatistics[] }
  | (OfSession & { readonly type: 'subscriber-opened' })
  | (OfSession & { readonly type: 'subscriber-state'; readonly state: Exclude<SessionState, 'closed'> })
  | (OfSession & { readonly type: 'subscriber-closed'; readonly reason: SessionCloseReason })
  | { readonly type: 'stream-created'; readonly stream: StreamName }
  /** Before its sessions are closed and its recording ends. */
  | { readonly type: 'stream-deleted'; readonly stream: StreamName }
  /** No list shows it any more. */
  | { readonly type: 'stream-ended'; readonly stream: StreamName; readonly reason: StreamDeletionReason }
  /** Something that lists show has changed: a stream came or went, is recorded or no longer, or shows another picture. */
  | { readonly type: 'streams-changed'; readonly stream: StreamName }
  /** New publishers are refused from now on. */
  | { readonly type: 'draining' };

export type SignalingListener = (event: SignalingEvent) => void | Promise<void>;
