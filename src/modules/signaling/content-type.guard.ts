import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { ContentTypeUnsupportedError } from './signaling.errors.js';

/** Refuses every other media type before the body is read, and after the credentials were judged. */
export class ContentTypeGuard implements CanActivate {
  constructor(private readonly mediaType: string) {}

  canActivate(context: ExecutionContext): true {
    const header = context.switchToHttp().getRequest<Request>().headers['content-type'];
    if (!isOfType(header, this.mediaType)) throw new ContentTypeUnsupportedError(this.mediaType);
    return true;
  }
}

/** Parameters, such as a charset, are allowed (RFC 9110 section 8.3.1). */
export function isOfType(contentType: string | undefined, mediaType: string): boolean {
  return contentType?.split(';', 1)[0]?.trim().toLowerCase() === mediaType;
}
