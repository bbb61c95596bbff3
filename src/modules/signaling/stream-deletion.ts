import type { StreamDeletionReason } from './ports/signaling-event.js';
import type { LiveStream } from './live-stream.js';
import type { StreamStrategy } from './stream-strategy.js';

/** How long a stream that was asked for waits for somebody. */
const EMPTY_GRACE_MS = 5_000;

/**
 * When nobody wants a stream any more: those of the configuration are always wanted, and without automatic creation
 * so is every other one that somebody asked for.
 *
 * @returns why it goes now; undefined when it stays
 */
export function deletionReason(
  stream: LiveStream,
  strategy: StreamStrategy,
  nowMs: number,
): StreamDeletionReason | undefined {
  if (stream.isProvisioned) return undefined;
  if (isOver(stream.leftAtMs, strategy.autoDeleteWhipMs, nowMs)) return 'publish-leave-timeout';
  if (isOver(stream.subscribersLeftAtMs, strategy.autoDeleteWhepMs, nowMs)) return 'subscribe-leave-timeout';
  return isOrphaned(stream, strategy, nowMs) ? 'orphaned' : undefined;
}

/** @param leftAtMs 0: nobody has left @param limitMs undefined: never */
function isOver(leftAtMs: number, limitMs: number | undefined, nowMs: number): boolean {
  return limitMs !== undefined && leftAtMs > 0 && nowMs - leftAtMs > limitMs;
}

function isOrphaned(stream: LiveStream, { autoCreateWhip, autoCreateWhep }: StreamStrategy, nowMs: number): boolean {
  if (!stream.isEmpty || !(autoCreateWhip || autoCreateWhep)) return false;
  return stream.origin === 'session' || nowMs - stream.createdAtMs > EMPTY_GRACE_MS;
}
