import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { ROUTE_ARGS_METADATA, RouteParamtypes } from '@nestjs/common/internal';
import { json, type Request, type Response } from 'express';
import type { Observable } from 'rxjs';
import { BodyMalformedError, BodyTooLargeError, BodyTypeUnsupportedError } from './body.errors.js';

const LIMIT_BYTES = 256 * 1024;

/** What Express' parser rejects with. */
interface ParserError {
  readonly status?: number;
}

/**
 * Reads the JSON that a handler asks for by `@Body()`; what other handlers take (session descriptions) they read themselves.
 *
 * An interceptor and no middleware, so that guards judge the credentials before a byte of it is looked at.
 */
@Injectable()
export class BodyInterceptor implements NestInterceptor {
  private readonly parse = json({ limit: LIMIT_BYTES });

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    if (wantsBody(context) && hasBody(request)) await this.read(request, http.getResponse<Response>());
    return next.handle();
  }

  private async read(request: Request, response: Response): Promise<void> {
    const error = await new Promise<unknown>((resolve) => {
      this.parse(request, response, resolve);
    });
    if (error !== undefined && error !== null) throw describe(error as ParserError);
    if (request.body === undefined) throw new BodyTypeUnsupportedError();
  }
}

function describe(error: ParserError): Error {
  if (error.status === 413) return new BodyTooLargeError(LIMIT_BYTES);
  if (error.status === 415) return new BodyTypeUnsupportedError();
  return new BodyMalformedError({ cause: error });
}

/** The framework keeps a handler's parameters under keys that begin with their kind: `3:0` is `@Body()` at index 0. */
function wantsBody(context: ExecutionContext): boolean {
  const parameters = Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), context.getHandler().name) as
    object | undefined;
  return Object.keys(parameters ?? {}).some((key) => key.startsWith(`${RouteParamtypes.BODY}:`));
}

function hasBody({ headers }: Request): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}
