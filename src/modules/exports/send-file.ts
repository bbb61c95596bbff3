import type { Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import { pipeline } from 'node:stream/promises';
import { systemErrorCode } from '../../shared/errors.js';
import { PreconditionFailedError, RangeNotSatisfiableError } from '../index/index.errors.js';
import { answerFor } from '../index/ports/conditions.js';
import type { ByteRange } from '../storage/ports/storage-driver.js';

/** What a pipeline says when the client is gone. */
const LEFT: readonly (string | undefined)[] = ['ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_UNABLE_TO_PIPE'];

/** A file as it is given out. */
export interface SentFile {
  readonly sizeBytes: number;
  /** Strong, with its quotation marks. */
  readonly etag: string;
  readonly contentType: string;
  /** What a browser saves it as. */
  readonly fileName: string;
  /** Shown in the page where it can be, or saved. */
  readonly disposition: 'inline' | 'attachment';
}

/**
 * Answers GET or HEAD of a file with what its conditions and its range ask for, RFC 9110 sections 13 and 14.
 *
 * @throws {PreconditionFailedError | RangeNotSatisfiableError}
 */
export async function sendFile(
  request: Request,
  response: Response,
  file: SentFile,
  read: (range: ByteRange) => AsyncIterable<Uint8Array>,
  logger: Logger,
): Promise<void> {
  const range = judge(request, response, file);
  if (range === undefined) return;
  setHeaders(response, file, range);
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  try {
    await pipeline(read(range), response);
  } catch (error) {
    // The connection is closed by now, so nobody takes a part for the whole.
    if (LEFT.includes(systemErrorCode(error))) return;
    logger.error({ err: error, file: file.fileName }, 'A file could not be sent to its end.');
  }
}

/** @returns undefined when the request has been answered: the client has the file already */
function judge(request: Request, response: Response, { etag, sizeBytes }: SentFile): ByteRange | undefined {
  const answer = answerFor(
    {
      method: request.method,
      ifMatch: request.get('if-match'),
      ifNoneMatch: request.get('if-none-match'),
      ifModifiedSince: undefined,
      ifRange: request.get('if-range'),
      range: request.get('range'),
    },
    { etag, sizeBytes, modifiedMs: undefined },
  );
  if (answer.type === 'precondition-failed') throw new PreconditionFailedError();
  if (answer.type === 'unsatisfiable') {
    response.setHeader('Accept-Ranges', 'bytes');
    response.setHeader('Content-Range', `bytes */${String(sizeBytes)}`);
    throw new RangeNotSatisfiableError(sizeBytes);
  }
  if (answer.type === 'whole') return { start: 0, end: sizeBytes - 1 };
  if (answer.type === 'not-modified') {
    setValidators(response, etag);
    response.status(304).end();
    return undefined;
  }
  response.status(206).setHeader('Content-Range', contentRange(answer.range, sizeBytes));
  return answer.range;
}

function setValidators(response: Response, etag: string): void {
  response.setHeader('Accept-Ranges', 'bytes');
  response.setHeader('ETag', etag);
  response.setHeader('Cache-Control', 'no-cache');
}

function setHeaders(
  response: Response,
  { etag, contentType, fileName, disposition }: SentFile,
  range: ByteRange,
): void {
  setValidators(response, etag);
  response.setHeader('Content-Type', contentType);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Content-Length', range.end - range.start + 1);
  const plain = fileName.replaceAll(/[^\x20-\x7e]/g, '_');
  const encoded = encodeURIComponent(fileName).replaceAll(/['()*]/g, percent);
  response.setHeader('Content-Disposition', `${disposition}; filename="${plain}"; filename*=UTF-8''${encoded}`);
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

function contentRange({ start, end }: ByteRange, sizeBytes: number): string {
  return `bytes ${String(start)}-${String(end)}/${String(sizeBytes)}`;
}

/** @returns `cam 2026-11-21T12-00-00Z.mp4`: a name that every file system takes */
export function fileNameOf(stream: string, startEpochMs: number, extension: string): string {
  const instant = new Date(startEpochMs).toISOString().replace(/\.\d+Z$/, 'Z');
  return `${stream} ${instant}.${extension}`.replaceAll(/[\\/:*?"<>|]/g, '-');
}
