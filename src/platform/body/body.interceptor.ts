import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { json, raw, type Request, type RequestHandler, type Response } from 'express';
import type { Observable } from 'rxjs';
import { BodyMalformedError, BodyTooLargeError, BodyTypeUnsupportedError } from './body.errors.js';
import { wantedBody } from './wanted-body.js';

const JSON_LIMIT_BYTES = 256 * 1024;
/** Far above the session description of any browser (4 to 12 KiB). */
const TEXT_LIMIT_BYTES = 64 * 1024;
const TEXT_TYPES = ['application/sdp', 'application/trickle-ice-sdpfrag'];

/** What Express' parsers reject with. */
interface ParserError {
  readonly status?: number;
}

/**
 * Reads the body that a handler asks for by `@Body()`: JSON where a schema checks it, a session
 * description as a string otherwise.
 *
 * An interceptor and no middleware, so that guards judge credentials and content type before a byte of it is looked at.
 */
@Injectable()
export class BodyInterceptor implements NestInterceptor {
  private readonly parseJson = json({ limit: JSON_LIMIT_BYTES });
  private readonly parseText = raw({ type: TEXT_TYPES, limit: TEXT_LIMIT_BYTES, inflate: false });

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    if (context.getType() !== 'http') return next.handle();
    const wanted = wantedBody(context.getClass(), context.getHandler().name);
    const request = context.switchToHttp().getRequest<Request>();
    if (wanted !== undefined && hasBody(request)) {
      const response = context.switchToHttp().getResponse<Response>();
      await (wanted === 'json' ? this.readJson(request, response) : this.readText(request, response));
    }
    return next.handle();
  }

  private async readJson(request: Request, response: Response): Promise<void> {
    await parse(this.parseJson, JSON_LIMIT_BYTES, request, response);
    if (request.body === undefined) throw new BodyTypeUnsupportedError();
  }

  private async readText(request: Request, response: Response): Promise<void> {
    await parse(this.parseText, TEXT_LIMIT_BYTES, request, response);
    if (!(request.body instanceof Uint8Array)) throw new BodyTypeUnsupportedError();
    request.body = decode(request.body);
  }
}

async function parse(parser: RequestHandler, limitBytes: number, request: Request, response: Response): Promise<void> {
  const error = await new Promise<unknown>((resolve) => {
    void parser(request, response, resolve);
  });
  if (error === undefined || error === null) return;
  const { status } = error as ParserError;
  if (status === 413) throw new BodyTooLargeError(limitBytes);
  if (status === 415) throw new BodyTypeUnsupportedError();
  throw new BodyMalformedError({ cause: error });
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new BodyMalformedError({ cause: error });
  }
}

function hasBody({ headers }: Request): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}
