import { Caller } from '../auth/ports/caller.js';
import { StreamScope } from '../auth/ports/stream-scope.js';
import type { PlaybackGrant } from './playback-grant.js';

/** @returns whoever has a signed URL: may play back the stream that it names, and nothing else */
export function callerOfGrant({ stream, expiresAt, origin }: PlaybackGrant): Caller {
  return new Caller('signed-url', 'signed URL', StreamScope.only(stream), ['playback'], expiresAt * 1000, origin);
}
