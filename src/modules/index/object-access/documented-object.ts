import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiParam, ApiResponse, type ApiResponseOptions } from '@nestjs/swagger';

type Headers = NonNullable<ApiResponseOptions['headers']>;
type Content = NonNullable<ApiResponseOptions['content']>;

const ACCEPT_RANGES: Headers = { 'Accept-Ranges': { schema: { type: 'string', enum: ['bytes'] } } };
const VALIDATORS: Headers = {
  ETag: { description: 'Strong: the SHA-256 of the object', schema: { type: 'string' } },
  'Last-Modified': { description: 'When it became what it is', schema: { type: 'string' } },
  'Cache-Control': { description: 'Media never changes, manifests do', schema: { type: 'string' } },
  ...ACCEPT_RANGES,
};
const LENGTH: Headers = { 'Content-Length': { schema: { type: 'integer' } } };
const CONTENT_RANGE: Headers = { 'Content-Range': { schema: { type: 'string', example: 'bytes 0-99/1000' } } };

const BYTES = { schema: { type: 'string', format: 'binary' } } as const;
const CONTENT: Content = {
  'application/dash+xml': BYTES,
  'application/vnd.apple.mpegurl': BYTES,
  'application/json': { schema: { type: 'object' } },
  'video/mp4': BYTES,
  'audio/mp4': BYTES,
};

const KEY_AND_CONDITIONS = [
  ApiParam({
    name: 'key',
    description: 'Object key, as in `mpd_path`; its slashes stay as they are',
    example: 'cam/2026/11/20/manifest.mpd',
  }),
  ApiHeader({ name: 'If-Match', required: false }),
  ApiHeader({ name: 'If-None-Match', required: false }),
  ApiHeader({ name: 'If-Modified-Since', required: false, description: 'Where no If-None-Match is' }),
  ApiResponse({ status: 304, description: 'It is still the one that the request names', headers: VALIDATORS }),
  ApiResponse({ status: 400, description: '`object-key-invalid`' }),
  ApiResponse({ status: 404, description: '`object-not-found`, `object-not-committed`' }),
  ApiResponse({
    status: 410,
    description: '`object-lost`: its bytes are nowhere; `from` and `to` say which media is gone',
  }),
  ApiResponse({ status: 412, description: '`precondition-failed`' }),
  ApiResponse({ status: 503, description: '`storage-unavailable`: only the bucket has it, which does not answer' }),
];

/** What GET of an object takes and gives. */
export const DocumentedObject = (): MethodDecorator =>
  applyDecorators(
    ...KEY_AND_CONDITIONS,
    ApiHeader({ name: 'Range', required: false, description: 'One range', example: 'bytes=0-99' }),
    ApiHeader({ name: 'If-Range', required: false, description: 'An entity tag or a date' }),
    ApiResponse({ status: 200, description: 'All of it', headers: { ...VALIDATORS, ...LENGTH }, content: CONTENT }),
    ApiResponse({
      status: 206,
      description: 'The range',
      headers: { ...VALIDATORS, ...LENGTH, ...CONTENT_RANGE },
      content: CONTENT,
    }),
    ApiResponse({
      status: 307,
      description: 'The bucket gives it, without credentials (`playback.signed_redirect`)',
      headers: { Location: { schema: { type: 'string' } } },
    }),
    ApiResponse({
      status: 416,
      description: '`range-not-satisfiable`: outside the object, or more than one range',
      headers: { ...ACCEPT_RANGES, ...CONTENT_RANGE },
    }),
  );

/** The same of HEAD, which has no body and takes no range. */
export const DocumentedObjectHeader = (): MethodDecorator =>
  applyDecorators(
    ...KEY_AND_CONDITIONS,
    ApiResponse({ status: 200, description: 'It is there', headers: { ...VALIDATORS, ...LENGTH } }),
  );
