import compression from 'compression';
import type { Request, RequestHandler, Response } from 'express';

/** What is text and long. Media is compressed already, and events are to be sent at once. */
const TEXT =
  /^(?:application\/(?:json|problem\+json|vnd\.apple\.mpegurl|dash\+xml|javascript)|text\/(?:html|css|javascript))\b/;
const CODED = /\b(?:br|gzip|deflate)\b/;
/** Less than a packet gains nothing. */
const LEAST_BYTES = 1024;

const compress: RequestHandler = compression({ threshold: LEAST_BYTES, filter: isCompressible });

/** Sends text as Brotli or gzip to whom accepts it. What is written at once and goes as it is tells its length. */
export const compressText: RequestHandler = (request, response, next) => {
  compress(request, response, (error?: unknown) => {
    tellLength(response);
    next(error);
  });
};

/**
 * The header goes out before the body is handed over, so that Node would send any body in chunks: proxies that pass
 * `Transfer-Encoding` on as they got it, as live777's manager does, break the answer then.
 */
function tellLength(response: Response): void {
  const end = response.end.bind(response) as (...given: unknown[]) => Response;
  response.end = (...given: unknown[]): Response => {
    const [body] = given;
    const isTold = response.headersSent || response.hasHeader('Content-Length');
    const length = typeof body === 'string' || body instanceof Uint8Array ? Buffer.byteLength(body) : 0;
    // An answer without a body may be one that must not have the header: 204, 304.
    if (!isTold && length > 0) response.setHeader('Content-Length', length);
    return end(...given);
  };
}

/**
 * A part of an object is a part of its own bytes, so it goes as it is. Where a strong tag names those bytes and others are
 * sent, it becomes a weak one (RFC 9110 section 8.8.3.3).
 */
function isCompressible(request: Request, response: Response): boolean {
  const type = response.getHeader('Content-Type');
  if (response.statusCode === 206 || typeof type !== 'string' || !TEXT.test(type)) return false;
  const isLong = Number(response.getHeader('Content-Length') ?? LEAST_BYTES) >= LEAST_BYTES;
  const etag = response.getHeader('ETag');
  if (isLong && typeof etag === 'string' && etag.startsWith('"') && CODED.test(request.get('accept-encoding') ?? '')) {
    response.setHeader('ETag', `W/${etag}`);
  }
  return true;
}
