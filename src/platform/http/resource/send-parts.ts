import type { ServerResponse } from 'node:http';

/** The client went away before everything was sent, as a player does that seeks. */
export class ClientLeftError extends Error {
  override readonly name = 'ClientLeftError';
}

/**
 * Sends parts one after another, each when the kernel has taken over the one before: until then its memory is not to be
 * used again, and a client that takes nothing holds up one part. Where that fails the connection is closed, so that nobody
 * takes a piece for the whole.
 *
 * @throws {ClientLeftError}
 * @throws what the parts throw
 */
export async function sendParts(response: ServerResponse, parts: AsyncIterable<Uint8Array>): Promise<void> {
  let leave = (): void => undefined;
  const left = new Promise<never>((_resolve, reject) => {
    leave = () => {
      reject(new ClientLeftError());
    };
  });
  left.catch(() => undefined);
  response.once('close', leave);
  try {
    for await (const part of parts) await Promise.race([left, taken(response, part)]);
    response.end();
  } catch (error) {
    response.destroy();
    throw error;
  } finally {
    response.off('close', leave);
  }
}

function taken(response: ServerResponse, part: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    response.write(part, (error) => {
      if (error) reject(new ClientLeftError(undefined, { cause: error }));
      else resolve();
    });
  });
}
