import { Controller, Get, Head, Logger, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Permission } from '../auth/ports/permission.decorator.js';
import type { ByteRange } from '../storage/ports/storage-driver.js';
import { SigningService } from '../storage/signing.service.js';
import { PreconditionFailedError, RangeNotSatisfiableError } from './index.errors.js';
import { answerFor, type ObjectAnswer } from './ports/conditions.js';
import { DocumentedObject, DocumentedObjectHeader } from './object-access/documented-object.js';
import { lastModifiedMs } from './object-access/last-modified.js';
import type { ObjectResource } from './object-access/object-resource.js';
import { ClientLeftError, sendParts } from './object-access/send-parts.js';
import { ObjectService } from './object.service.js';

const PATH = '/api/record/object/';

/** Something of the object itself is sent. */
type Sent = Extract<ObjectAnswer, { readonly type: 'whole' | 'part' }>;

@ApiTags('playback')
@Controller('api/record/object')
@Permission('playback')
export class ObjectController {
  private readonly logger = new Logger(ObjectController.name);

  constructor(
    private readonly objects: ObjectService,
    private readonly signing: SigningService,
  ) {}

  /** Before GET, which Express would take for it. */
  @Head('*key')
  @ApiOperation({ summary: 'Length and entity tag of an object' })
  @DocumentedObjectHeader()
  async sendHeader(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { resource, answer } = await this.judge(request, response);
    if (answer === undefined) return;
    if (resource.body === undefined) await this.objects.check(resource);
    setHeaders(response, resource, answer);
    response.end();
  }

  @Get('*key')
  @ApiOperation({ summary: 'A manifest, playlist, init object, segment or session file' })
  @DocumentedObject()
  async send(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { resource, answer } = await this.judge(request, response);
    if (answer === undefined) return;
    const { key, sizeBytes, body } = resource;
    const range = rangeOf(answer, resource);
    if (body !== undefined) {
      setHeaders(response, resource, answer);
      response.end(body.subarray(range.start, range.end + 1));
      return;
    }
    const url = await this.signing.redirect(key, sizeBytes);
    if (url !== undefined) {
      response.status(307).setHeader('Location', url).end();
      return;
    }
    const bytes = await this.objects.open(resource, range);
    setHeaders(response, resource, answer);
    await this.sendBytes(response, key, bytes);
  }

  /** @returns no answer when the request has been answered: it has the object already */
  private async judge(
    request: Request,
    response: Response,
  ): Promise<{ readonly resource: ObjectResource; readonly answer: Sent | undefined }> {
    // Until it is known what is sent: errors are not to be kept, the segment may be there a second later.
    response.setHeader('Cache-Control', 'no-store');
    const resource = await this.objects.find(encodedKeyOf(request));
    const answer = answerOf(request, resource);
    if (answer.type === 'precondition-failed') throw new PreconditionFailedError();
    if (answer.type === 'unsatisfiable') {
      response.setHeader('Accept-Ranges', 'bytes');
      response.setHeader('Content-Range', `bytes */${String(resource.sizeBytes)}`);
      throw new RangeNotSatisfiableError(resource.sizeBytes);
    }
    if (answer.type !== 'not-modified') return { resource, answer };
    setValidators(response, resource);
    response.status(304).end();
    return { resource, answer: undefined };
  }

  private async sendBytes(response: Response, key: string, bytes: AsyncGenerator<Uint8Array>): Promise<void> {
    try {
      await sendParts(response, bytes);
    } catch (error) {
      if (error instanceof ClientLeftError) return;
      this.logger.error({ err: error, key }, 'An object could not be sent to its end.');
    } finally {
      await bytes.return(undefined);
    }
  }
}

/** The key still encoded: decoded by the router, `%2e%2e%2f` could not be told from a climbing path. */
function encodedKeyOf(request: Request): string {
  const [path = ''] = request.originalUrl.split('?', 1);
  return path.slice(PATH.length);
}

function answerOf(request: Request, { sha256, sizeBytes, modifiedAt }: ObjectResource): ObjectAnswer {
  return answerFor(
    {
      method: request.method,
      ifMatch: request.get('if-match'),
      ifNoneMatch: request.get('if-none-match'),
      ifModifiedSince: request.get('if-modified-since'),
      ifRange: request.get('if-range'),
      range: request.get('range'),
    },
    { etag: etagOf(sha256), modifiedMs: modifiedAt?.getTime(), sizeBytes },
  );
}

function etagOf(sha256: string): string {
  return `"${sha256}"`;
}

function rangeOf(answer: Sent, { sizeBytes }: ObjectResource): ByteRange {
  return answer.type === 'part' ? answer.range : { start: 0, end: sizeBytes - 1 };
}

function setValidators(response: Response, { sha256, cacheControl, modifiedAt }: ObjectResource): void {
  response.setHeader('Accept-Ranges', 'bytes');
  response.setHeader('ETag', etagOf(sha256));
  response.setHeader('Cache-Control', cacheControl);
  if (modifiedAt === undefined) return;
  response.setHeader('Last-Modified', new Date(lastModifiedMs(modifiedAt.getTime(), Date.now())).toUTCString());
}

function setHeaders(response: Response, resource: ObjectResource, answer: Sent): void {
  const range = rangeOf(answer, resource);
  setValidators(response, resource);
  response.setHeader('Content-Type', resource.contentType);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Content-Length', range.end - range.start + 1);
  if (answer.type === 'whole') return;
  response.status(206);
  response.setHeader(
    'Content-Range',
    `bytes ${String(range.start)}-${String(range.end)}/${String(resource.sizeBytes)}`,
  );
}
