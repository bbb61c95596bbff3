import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { pipeline } from 'node:stream/promises';
import { TimeLimitError } from '../../../../shared/in-time.js';
import { endOnStall } from '../end-on-stall.js';

export interface HttpRequest {
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Read once; its length stands in the headers. */
  readonly body?: AsyncIterable<Uint8Array> | Iterable<Uint8Array> | undefined;
}

/** What of an answer is read that only says what is wrong. */
const MAX_TEXT_BYTES = 65_536;

/**
 * Sends a request, and takes the answer without its body, which may come before the last of the request went.
 *
 * @param silenceMs without a byte in either direction after which request or answer has failed
 * @throws {TimeLimitError}
 */
export function exchange({ method, url, headers, body }: HttpRequest, silenceMs: number): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    const request = send(url, { method, headers, timeout: silenceMs });
    const onSilence = (): void => void request.destroy(new TimeLimitError(silenceMs));
    request.on('timeout', onSilence);
    request.on('error', reject);
    request.once('response', (response) => {
      request.off('timeout', onSilence);
      // Whoever reads the body is told of its end; nobody else is to fall over it.
      response.on('error', () => undefined);
      endOnStall(response, silenceMs);
      resolve(response);
    });
    if (body === undefined) request.end();
    else pipeline(body, request).catch(reject);
  });
}

/** @returns the body of an answer, or as much of it as an honest one has */
export async function textOf(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let sizeBytes = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    parts.push(part);
    sizeBytes += part.length;
    if (sizeBytes >= MAX_TEXT_BYTES) break;
  }
  return Buffer.concat(parts).toString();
}
