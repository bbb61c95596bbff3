import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LevelWithSilent } from 'pino';

const HEALTH_PATHS: readonly string[] = ['/livez', '/readyz', '/healthz', '/metrics'];
/** Refusals that are told to the client with a time to try again: no failure of ours. */
const REFUSALS: readonly number[] = [503, 507];
/** The token in the path of a signed URL: whoever has it may play. */
const SIGNED = /(\/signed\/+)[^/]*/i;
/** What looks like a token, wherever in a path somebody has put it. */
const TOKEN = /[\w-]{16,}\.[\w-]{20,}(?:\.[\w-]*)?/g;
const REQUEST_ID = /^[\w.:-]{1,64}$/;

export interface LoggedRequest {
  readonly id?: unknown;
  readonly method?: string;
  readonly url?: string;
  readonly remoteAddress?: string;
}

/** A proxy's id goes on, so that its log and ours can be laid side by side. */
export function requestId(request: IncomingMessage, response: ServerResponse): string {
  const given = request.headers['x-request-id'];
  const id = typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
  response.setHeader('X-Request-Id', id);
  return id;
}

/** Health is polled every few seconds: it is no news, well or ill. */
export function levelOf(request: IncomingMessage, response: ServerResponse, error?: Error): LevelWithSilent {
  if (response.statusCode >= 500 && !REFUSALS.includes(response.statusCode)) return 'error';
  if (HEALTH_PATHS.includes(pathOf(request.url))) return 'debug';
  return error === undefined ? 'info' : 'warn';
}

/**
 * Without the error that the logger makes up of a status: its stack says nothing, and a failure of ours is logged where
 * it is caught.
 */
export function describeFailure(
  _request: IncomingMessage,
  response: ServerResponse & { readonly err?: unknown },
  error: Error,
  line: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const isMadeUp = response.statusCode >= 500 && response.err === undefined && !('code' in error);
  return isMadeUp ? { ...line, err: undefined } : line;
}

/** No headers and no query: either may carry a token. */
export function describeRequest({ id, method = '', url, remoteAddress = '' }: LoggedRequest): LoggedRequest {
  return { id, method, url: pathOf(url), remoteAddress };
}

/** @returns the path without its query, and without tokens */
export function pathOf(url = ''): string {
  const [path = ''] = url.split('?', 1);
  return path.replace(SIGNED, '$1(hidden)').replace(TOKEN, '(hidden)');
}
