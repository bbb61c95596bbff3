import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiParam, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { GAP_RULES } from '../clips/clip-query.js';

const VALIDATORS = {
  'Accept-Ranges': { schema: { type: 'string' } },
  ETag: { description: 'Strong', schema: { type: 'string' } },
  'Content-Length': { schema: { type: 'integer' } },
} as const;
const CONTENT_RANGE = { 'Content-Range': { schema: { type: 'string' } } } as const;
const CONTENT = { 'video/mp4': { schema: { type: 'string', format: 'binary' } } } as const;

const ASKED = [
  ApiParam({ name: 'stream', description: 'Name of the stream, 1 to 255 bytes', example: 'cam' }),
  ApiQuery({ name: 'from', required: false, description: 'RFC 3339: the first picture' }),
  ApiQuery({ name: 'to', required: false, description: 'RFC 3339, exclusive' }),
  ApiQuery({ name: 'session', required: false, description: 'Id of a recording session, instead of `from` and `to`' }),
  ApiQuery({
    name: 'gaps',
    required: false,
    schema: { type: 'string', enum: [...GAP_RULES], default: 'keep' },
    description: 'Where nothing was recorded: the last picture and silence, or nothing at all',
  }),
  ApiHeader({ name: 'If-Match', required: false }),
  ApiHeader({ name: 'If-None-Match', required: false }),
  ApiResponse({ status: 304, description: 'It is still the same' }),
  ApiResponse({
    status: 400,
    description: '`input-invalid`, `stream-name-invalid`, `range-invalid`, `range-in-future`, `range-too-long`',
  }),
  ApiResponse({
    status: 404,
    description:
      '`stream-not-recorded`, `recording-session-not-found`, `nothing-recorded-in-range`, `nothing-playable-in-range`',
  }),
  ApiResponse({ status: 410, description: '`range-gone`' }),
  ApiResponse({ status: 412, description: '`precondition-failed`' }),
  ApiResponse({
    status: 422,
    description: '`clip-too-long`; `parameters-differ`: `splitAt` says where; `gap-too-long`',
  }),
  ApiResponse({ status: 503, description: '`storage-unavailable`: only the bucket has it, which does not answer' }),
];

export const DocumentedClip = (): MethodDecorator =>
  applyDecorators(
    ...ASKED,
    ApiHeader({ name: 'Range', required: false, description: 'One range', example: 'bytes=0-99' }),
    ApiHeader({ name: 'If-Range', required: false, description: 'An entity tag' }),
    ApiResponse({ status: 200, description: 'All of it', headers: VALIDATORS, content: CONTENT }),
    ApiResponse({
      status: 206,
      description: 'The range',
      headers: { ...VALIDATORS, ...CONTENT_RANGE },
      content: CONTENT,
    }),
    ApiResponse({
      status: 416,
      description: '`range-not-satisfiable`: outside the clip, or more than one range',
      headers: CONTENT_RANGE,
    }),
  );

/** The same of HEAD, which has no body and takes no range. */
export const DocumentedClipHeader = (): MethodDecorator =>
  applyDecorators(...ASKED, ApiResponse({ status: 200, description: 'It can be had', headers: VALIDATORS }));
