import type { SessionCloseReason } from '../../engine/index.js';
import type { SignalingEvent } from '../signaling/ports/signaling-event.js';

export type HookName = 'stream-created' | 'stream-deleted' | 'publish-started' | 'publish-stopped';

/** What programs are run for, in the words of live777. */
export interface HookEvent {
  readonly name: HookName;
  readonly stream: string;
  readonly reason?: string;
  readonly session?: string;
}

/** @returns undefined for what no program is run for */
export function hookEventOf(event: SignalingEvent): HookEvent | undefined {
  switch (event.type) {
    case 'stream-created':
      return { name: 'stream-created', stream: event.stream };
    case 'stream-ended':
      return { name: 'stream-deleted', stream: event.stream, reason: event.reason };
    case 'publisher-opened':
      return { name: 'publish-started', stream: event.stream, session: event.sessionId };
    case 'publisher-closed':
      return {
        name: 'publish-stopped',
        stream: event.stream,
        session: event.sessionId,
        reason: reasonOf(event.reason),
      };
    default:
      return undefined;
  }
}

function reasonOf(reason: SessionCloseReason): string {
  if (reason === 'requested' || reason === 'replaced') return 'api-deleted';
  return reason === 'consent-lost' || reason === 'connect-timeout' ? 'idle-timeout' : 'peer-closed';
}

/** @returns arguments of the program */
export function hookArguments({ name, stream, reason }: HookEvent): string[] {
  return [name, stream, ...(reason === undefined ? [] : [reason])];
}

/** @returns what the program finds in its environment */
export function hookVariables({ name, stream, reason, session }: HookEvent): Readonly<Record<string, string>> {
  return {
    LIVE777_EVENT: name,
    LIVE777_STREAM: stream,
    ...(reason === undefined ? {} : { LIVE777_REASON: reason }),
    ...(session === undefined ? {} : { LIVE777_SESSION: session }),
  };
}
