import type { NextFunction, Request, Response } from 'express';

const ABSOLUTE = /^https?:\/\/([^/?#]*)/i;

/** A request may name the server in its first line, as to a proxy: that counts, and no Host beside it (RFC 9112 section 3.2.2). */
export function takeAbsoluteForm(request: Request, _response: Response, next: NextFunction): void {
  const [start, authority] = ABSOLUTE.exec(request.url) ?? [];
  if (start !== undefined && authority !== undefined) {
    const path = request.url.slice(start.length);
    request.url = path.startsWith('/') ? path : `/${path}`;
    request.originalUrl = request.url;
    request.headers.host = authority;
  }
  next();
}
