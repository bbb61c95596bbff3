import type { RequestHandler } from 'express';
import type { AppConfig } from '../../config/index.js';

/** Every answer has these. */
export const SECURITY_HEADERS = { 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer' } as const;

/** @returns what gives them to every answer, with the promise of HTTPS where `http.hsts_seconds` makes it */
export function securityHeaders({ http }: AppConfig): RequestHandler {
  const seconds = http.hsts_seconds;
  const promise = seconds === 0 ? {} : { 'Strict-Transport-Security': `max-age=${String(seconds)}` };
  const headers = Object.entries({ ...SECURITY_HEADERS, ...promise });
  return (_request, response, next) => {
    for (const [name, value] of headers) response.setHeader(name, value);
    next();
  };
}
