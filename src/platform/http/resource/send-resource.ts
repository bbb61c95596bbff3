import { Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { ByteRange } from '../../../shared/byte-range.js';
import { answerFor, type ConditionalAnswer } from './conditions.js';
import { lastModifiedMs } from './last-modified.js';
import { PreconditionFailedError, RangeNotSatisfiableError } from './resource.errors.js';
import type { RangedResource, Resource, WholeResource } from './resource.js';
import { ClientLeftError, sendParts } from './send-parts.js';

const logger = new Logger('Resource');

/** What is sent of it. */
type Sent = Extract<ConditionalAnswer, { readonly type: 'whole' | 'part' }>;

/**
 * Answers GET or HEAD with what the conditions and the range of the request ask for, RFC 9110 sections 13 and 14. Until it is
 * known what that is, nothing may be kept by caches: what is not there may be a second later.
 *
 * @param find what was asked for
 * @throws what `find` and the resource throw
 * @throws {PreconditionFailedError | RangeNotSatisfiableError}
 */
export async function sendResource(
  request: Request,
  response: Response,
  find: () => Resource | Promise<Resource>,
): Promise<void> {
  response.setHeader('Cache-Control', 'no-store');
  const resource = await find();
  const answer = answerOf(request, resource);
  if (answer.type === 'precondition-failed') throw new PreconditionFailedError();
  if (answer.type === 'unsatisfiable') throw unsatisfiable(response, resource);
  if (answer.type === 'not-modified') {
    setValidators(response, resource);
    response.status(304).end();
  } else if ('make' in resource) await sendWhole(response, resource);
  else if (request.method === 'HEAD') await sendHeader(response, resource, answer);
  else await sendRange(request, response, resource, answer);
}

function answerOf(request: Request, resource: Resource): ConditionalAnswer {
  const isRanged = 'sizeBytes' in resource;
  return answerFor(
    {
      method: request.method,
      ifMatch: request.get('if-match'),
      ifNoneMatch: request.get('if-none-match'),
      ifModifiedSince: request.get('if-modified-since'),
      ifRange: request.get('if-range'),
      range: isRanged ? request.get('range') : undefined,
    },
    {
      etag: resource.etag,
      modifiedMs: resource.modifiedAt?.getTime(),
      sizeBytes: isRanged ? resource.sizeBytes : 0,
    },
  );
}

function unsatisfiable(response: Response, resource: Resource): RangeNotSatisfiableError {
  const sizeBytes = 'sizeBytes' in resource ? resource.sizeBytes : 0;
  response.setHeader('Accept-Ranges', 'bytes');
  response.setHeader('Content-Range', `bytes */${String(sizeBytes)}`);
  return new RangeNotSatisfiableError(sizeBytes);
}

async function sendWhole(response: Response, resource: WholeResource): Promise<void> {
  const leaving = new AbortController();
  const leave = (): void => {
    leaving.abort();
  };
  response.once('close', leave);
  try {
    if (response.closed) leave();
    const body = await resource.make(leaving.signal);
    setHeaders(response, resource, body.length);
    response.end(body);
  } catch (error) {
    if (!leaving.signal.aborted) throw error;
  } finally {
    response.off('close', leave);
  }
}

async function sendHeader(response: Response, resource: RangedResource, answer: Sent): Promise<void> {
  await resource.check?.();
  setRangeHeaders(response, resource, answer);
  response.end();
}

async function sendRange(request: Request, response: Response, resource: RangedResource, answer: Sent): Promise<void> {
  const body = await resource.open(rangeOf(answer, resource));
  if ('redirectTo' in body) {
    response.status(307).setHeader('Location', body.redirectTo).end();
    return;
  }
  setRangeHeaders(response, resource, answer);
  if (body instanceof Uint8Array) response.end(body);
  else await sendBytes(request, response, body);
}

async function sendBytes(request: Request, response: Response, body: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    await sendParts(response, body);
  } catch (error) {
    // The connection is closed by now, so nobody takes a part for the whole.
    if (error instanceof ClientLeftError) return;
    logger.error({ err: error, path: request.path }, 'Something could not be sent to its end.');
  }
}

function rangeOf(answer: Sent, { sizeBytes }: RangedResource): ByteRange {
  return answer.type === 'part' ? answer.range : { start: 0, end: sizeBytes - 1 };
}

function setRangeHeaders(response: Response, resource: RangedResource, answer: Sent): void {
  const { start, end } = rangeOf(answer, resource);
  setHeaders(response, resource, end - start + 1);
  if (answer.type === 'whole') return;
  response.status(206);
  response.setHeader('Content-Range', `bytes ${String(start)}-${String(end)}/${String(resource.sizeBytes)}`);
}

function setHeaders(response: Response, resource: Resource, sentBytes: number): void {
  setValidators(response, resource);
  response.setHeader('Content-Type', resource.contentType);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Content-Length', sentBytes);
  if (resource.disposition !== undefined) response.setHeader('Content-Disposition', resource.disposition);
}

function setValidators(response: Response, resource: Resource): void {
  const { etag, cacheControl, modifiedAt } = resource;
  if ('sizeBytes' in resource) response.setHeader('Accept-Ranges', 'bytes');
  response.setHeader('ETag', etag);
  response.setHeader('Cache-Control', cacheControl);
  if (modifiedAt === undefined) return;
  response.setHeader('Last-Modified', new Date(lastModifiedMs(modifiedAt.getTime(), Date.now())).toUTCString());
}
