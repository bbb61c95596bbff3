import { Controller, Get, Head, Logger, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { pipeline } from 'node:stream/promises';
import { systemErrorCode } from '../../shared/errors.js';
import { Permission } from '../auth/ports/permission.decorator.js';
import type { ObjectKey } from '../storage/ports/object-key.js';
import type { ByteRange } from '../storage/ports/storage-driver.js';
import { PreconditionFailedError, RangeNotSatisfiableError } from './index.errors.js';
import { answerFor } from './object-access/conditions.js';
import { DocumentedObject, DocumentedObjectHeader } from './object-access/documented-object.js';
import type { ObjectResource } from './object-access/object-resource.js';
import { wholeRange } from './object-access/whole-range.js';
import { ObjectService } from './object.service.js';

const PATH = '/api/record/object/';

@ApiTags('playback')
@Controller('api/record/object')
@Permission('playback')
export class ObjectController {
  private readonly logger = new Logger(ObjectController.name);

  constructor(private readonly objects: ObjectService) {}

  /** Before GET, which Express would take for it. */
  @Head('*key')
  @ApiOperation({ summary: 'Length and entity tag of an object' })
  @DocumentedObjectHeader()
  sendHeader(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.send(request, response);
  }

  @Get('*key')
  @ApiOperation({ summary: 'A manifest, playlist, init object, segment or session file' })
  @DocumentedObject()
  async send(@Req() request: Request, @Res() response: Response): Promise<void> {
    // Until it is known what is sent: errors are not to be kept, the segment may be there a second later.
    response.setHeader('Cache-Control', 'no-store');
    const { key, resource } = await this.objects.find(encodedKeyOf(request));
    const range = setHeaders(request, response, resource);
    if (range === undefined) response.end();
    else await this.sendBytes(response, key, resource, range);
  }

  private async sendBytes(
    response: Response,
    key: ObjectKey,
    resource: ObjectResource,
    range: ByteRange,
  ): Promise<void> {
    if (resource.body !== undefined) {
      response.end(resource.body.subarray(range.start, range.end + 1));
      return;
    }
    const bytes = await this.objects.read(key, range).catch((error: unknown) => {
      // The headers of the object do not fit the problem that is sent now.
      for (const name of ['ETag', 'Content-Length', 'Content-Range', 'Accept-Ranges']) response.removeHeader(name);
      response.setHeader('Cache-Control', 'no-store');
      throw error;
    });
    try {
      await pipeline(bytes, (source: AsyncIterable<Uint8Array>) => wholeRange(source, range), response);
    } catch (error) {
      // The connection is closed by now, so nobody takes a part for the whole. A player that seeks away leaves like that too.
      if (systemErrorCode(error) === 'ERR_STREAM_PREMATURE_CLOSE') return;
      this.logger.error({ err: error, key }, 'An object could not be sent to its end.');
    }
  }
}

/** The key still encoded: decoded by the router, `%2e%2e%2f` could not be told from a climbing path. */
function encodedKeyOf(request: Request): string {
  const [path = ''] = request.originalUrl.split('?', 1);
  return path.slice(PATH.length);
}

/** @returns the bytes to send, undefined when the header is everything */
function setHeaders(request: Request, response: Response, resource: ObjectResource): ByteRange | undefined {
  const etag = `"${resource.sha256}"`;
  const answer = answerFor(
    {
      method: request.method,
      ifMatch: request.get('if-match'),
      ifNoneMatch: request.get('if-none-match'),
      ifRange: request.get('if-range'),
      range: request.get('range'),
    },
    etag,
    resource.sizeBytes,
  );
  if (answer.type === 'precondition-failed') throw new PreconditionFailedError();
  response.setHeader('Accept-Ranges', 'bytes');
  if (answer.type === 'unsatisfiable') {
    response.setHeader('Content-Range', `bytes */${String(resource.sizeBytes)}`);
    throw new RangeNotSatisfiableError(resource.sizeBytes);
  }
  response.setHeader('ETag', etag);
  response.setHeader('Cache-Control', resource.cacheControl);
  if (answer.type === 'not-modified') {
    response.status(304);
    return undefined;
  }
  response.setHeader('Content-Type', resource.contentType);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  const range = answer.type === 'part' ? answer.range : { start: 0, end: resource.sizeBytes - 1 };
  response.setHeader('Content-Length', range.end - range.start + 1);
  if (answer.type === 'part') {
    response.status(206);
    response.setHeader(
      'Content-Range',
      `bytes ${String(range.start)}-${String(range.end)}/${String(resource.sizeBytes)}`,
    );
  }
  return request.method === 'HEAD' ? undefined : range;
}
