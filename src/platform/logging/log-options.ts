import type { Params } from 'nestjs-pino';
import { pino, type DestinationStream } from 'pino';
import pretty from 'pino-pretty';
import type { AppConfig } from '../../config/index.js';
import { traceFields, type Tracing } from '../tracing/tracing.js';
import { secretsHider } from './hidden-secrets.js';
import { describeFailure, describeRequest, levelOf, requestId } from './request-log.js';

const SECRETS = ['req.headers.authorization', 'req.headers.cookie', '*.authorization', '*.password', '*.token'];

/** One JSON object a line, or readable lines when a person watches. */
export function logOptions(config: AppConfig, tracing: Tracing): Params {
  const options = {
    level: config.log.level,
    hooks: { streamWrite: secretsHider(config) },
    redact: { paths: SECRETS, censor: '(hidden)' },
    ...(tracing.isOn ? { mixin: () => traceFields(tracing) } : {}),
    genReqId: requestId,
    customLogLevel: levelOf,
    customErrorObject: describeFailure,
    serializers: { req: describeRequest, res: describeResponse },
  };
  return { pinoHttp: [options, destination()] };
}

function destination(): DestinationStream {
  if (!process.stdout.isTTY) return pino.destination({ fd: 1, sync: true });
  return pretty({ ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l', singleLine: true, sync: true });
}

function describeResponse({ statusCode }: { readonly statusCode?: number | null }): object {
  return { statusCode };
}
