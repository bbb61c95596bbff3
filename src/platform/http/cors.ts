import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Request } from 'express';
import type { AppConfig } from '../../config/index.js';

/** What pages of other origins may read of an answer. */
const EXPOSED_HEADERS = [
  'Location',
  'ETag',
  'Link',
  'Accept-Patch',
  'Accept-Post',
  'Accept-Ranges',
  'Allow',
  'Content-Disposition',
  'Content-Length',
  'Content-Range',
  'Retry-After',
  'WWW-Authenticate',
  'X-Request-Id',
];
const PREFLIGHT_SECONDS = 600;

/** @returns true for a page that may call this server from elsewhere. @param origin its `Origin` header */
export function isAllowedOrigin({ http }: AppConfig, origin: string): boolean {
  return http.cors_origins.length > 0 ? http.cors_origins.includes(origin) : http.cors;
}

/**
 * A preflight is answered here; an OPTIONS that a person or a WHIP client sends goes on to its route. Pages of named origins
 * may send credentials that a browser keeps for a proxy in front; with every origin allowed none may.
 */
export function enableCors(app: NestExpressApplication, { http }: AppConfig): void {
  const named = http.cors_origins;
  if (named.length === 0 && !http.cors) return;
  app.enableCors((request: Request, done) => {
    const isPreflight = request.headers['access-control-request-method'] !== undefined;
    done(null, {
      origin: named.length === 0 ? '*' : [...named],
      credentials: named.length > 0,
      exposedHeaders: EXPOSED_HEADERS,
      preflightContinue: !isPreflight,
      maxAge: PREFLIGHT_SECONDS,
    });
  });
}
