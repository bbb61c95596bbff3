import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Params } from 'nestjs-pino';
import { pino, type DestinationStream, type LevelWithSilent } from 'pino';
import pretty from 'pino-pretty';
import type { AppConfig } from '../../config/index.js';

const HEALTH_PATHS: readonly string[] = ['/livez', '/readyz', '/healthz'];
const REQUEST_ID = /^[\w.:-]{1,64}$/;

/** One JSON object a line, or readable lines when a person watches. */
export function logOptions(config: AppConfig): Params {
  const options = {
    level: config.log.level,
    redact: {
      paths: ['req.headers.authorization', 'req.headers.cookie', '*.authorization', '*.password'],
      censor: '(hidden)',
    },
    genReqId: requestId,
    customLogLevel: levelOf,
    serializers: { req: describeRequest, res: describeResponse },
  };
  return { pinoHttp: [options, destination()] };
}

function destination(): DestinationStream {
  const isWatched = process.stdout.isTTY;
  return isWatched
    ? pretty({ ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l', singleLine: true, sync: true })
    : pino.destination({ fd: 1, sync: true });
}

/** A proxy's id goes on, so that its log and ours can be laid side by side. */
function requestId(request: IncomingMessage, response: ServerResponse): string {
  const given = request.headers['x-request-id'];
  const id = typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
  response.setHeader('X-Request-Id', id);
  return id;
}

function levelOf(request: IncomingMessage, response: ServerResponse, error?: Error): LevelWithSilent {
  if (response.statusCode >= 500 && response.statusCode !== 503) return 'error';
  if (error !== undefined) return 'warn';
  return HEALTH_PATHS.includes(pathOf(request)) ? 'debug' : 'info';
}

interface LoggedRequest {
  readonly id?: unknown;
  readonly method?: string;
  readonly url?: string;
  readonly remoteAddress?: string;
}

/** No headers and no query: either may carry a token. */
function describeRequest(request: LoggedRequest): LoggedRequest {
  const { id, method, url = '', remoteAddress = '' } = request;
  return { id, method: method ?? '', url: url.split('?', 1)[0] ?? '', remoteAddress };
}

function describeResponse({ statusCode }: { readonly statusCode?: number | null }): object {
  return { statusCode };
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?', 1)[0] ?? '';
}
