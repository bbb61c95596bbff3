import type { IncomingMessage } from 'node:http';
import { TimeLimitError } from '../../../shared/in-time.js';

/**
 * Ends a body with {TimeLimitError} when its sender sends nothing for `limitMs` to twice that, although its reader waits.
 * A reader that takes its time is let be: while it does, bytes lie ready.
 */
export function endOnStall(body: IncomingMessage, limitMs: number): void {
  const { socket } = body;
  /** How much had come when the reader was first seen waiting: it may just have taken the last of it. */
  let waitsSinceBytes: number | undefined;
  const onSilence = (): void => {
    const isWaiting = body.readableLength === 0;
    if (isWaiting && waitsSinceBytes === socket.bytesRead) body.destroy(new TimeLimitError(limitMs));
    else {
      waitsSinceBytes = isWaiting ? socket.bytesRead : undefined;
      socket.setTimeout(limitMs);
    }
  };
  socket.setTimeout(limitMs);
  socket.on('timeout', onSilence);
  body.once('close', () => socket.off('timeout', onSilence));
}
