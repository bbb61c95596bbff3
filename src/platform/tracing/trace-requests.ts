import type { NextFunction, Request, Response } from 'express';
import { routeOf } from '../http/route-of.js';
import { pathOf } from '../logging/request-log.js';
import { problemCodeOf } from '../problem/problem-code.js';
import type { SpanAttributes, Tracing, TraceSpan } from './tracing.js';

/** What asks every few seconds, and what is looked at for hours. */
const QUIET = /^\/(livez|readyz|healthz|metrics)\/?$/;
/** A session that was refused is what traces are looked at for; elsewhere a refusal is the client's affair. */
const SESSIONS = /^\/(whip|whep)\//;

/** A span for each request, in the trace of whoever asks (W3C Trace Context). What follows from it belongs to it. */
export function traceRequests(tracing: Tracing): (request: Request, response: Response, next: NextFunction) => void {
  return (request, response, next) => {
    if (QUIET.test(request.path)) {
      next();
      return;
    }
    const { method, headers } = request;
    const attributes = { 'http.request.method': method, 'url.path': pathOf(request.originalUrl) };
    const span = tracing.start(method, { kind: 'server', headers, attributes });
    response.once('close', () => {
      finish(span, request, response);
    });
    tracing.within(span, next);
  };
}

function finish(span: TraceSpan, request: Request, response: Response): void {
  const { statusCode } = response;
  const route = routeOf(request);
  const known: SpanAttributes = route === undefined ? {} : { 'http.route': route };
  if (route !== undefined) span.rename(`${request.method} ${route}`);
  span.set({ ...known, 'http.response.status_code': statusCode });
  const isRefused = statusCode >= 400 && SESSIONS.test(request.path);
  if (!response.writableFinished) span.fail('aborted', 'The client did not wait for the answer.');
  else if (statusCode >= 500 || isRefused) span.fail(problemCodeOf(response) ?? String(statusCode));
  span.end();
}
