import type { NextFunction, Request, Response } from 'express';
import { Histogram, type Registry } from 'prom-client';
import { routeOf } from '../http/route-of.js';

const BUCKETS_SECONDS = [0.005, 0.02, 0.1, 0.5, 2, 10];
const METHODS: readonly string[] = ['GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE', 'OPTIONS'];

/** How long requests take, by route and kind of answer: paths that nobody serves are one. */
export function httpMetrics(registry: Registry): (request: Request, response: Response, next: NextFunction) => void {
  const durations = new Histogram({
    name: 'aircheck_http_request_duration_seconds',
    help: 'From the first byte of a request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS_SECONDS,
    registers: [registry],
  });
  return (request, response, next) => {
    const startedMs = performance.now();
    response.once('close', () => {
      const method = METHODS.includes(request.method) ? request.method : 'other';
      const labels = {
        method,
        route: routeOf(request) ?? 'other',
        status: `${String(response.statusCode).slice(0, 1)}xx`,
      };
      durations.observe(labels, (performance.now() - startedMs) / 1000);
    });
    next();
  };
}
