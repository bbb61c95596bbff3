import { applyDecorators } from '@nestjs/common';
import { ApiParam, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { DocumentedResource, DocumentedResourceHeader } from '../../../platform/http/resource/documented-resource.js';

const OBJECT = {
  name: 'object',
  isDated: true,
  contentTypes: ['application/dash+xml', 'application/vnd.apple.mpegurl', 'application/json', 'video/mp4', 'audio/mp4'],
};

const ASKED = [
  ApiParam({
    name: 'key',
    description: 'Object key, as in `mpd_path`; its slashes stay as they are',
    example: 'cam/2026/11/20/manifest.mpd',
  }),
  ApiQuery({
    name: 'places',
    required: false,
    description: 'Of playlists, as `index.m3u8` has it: which entries who reads them has seen',
    schema: { type: 'integer' },
  }),
  ApiResponse({ status: 400, description: '`object-key-invalid`' }),
  ApiResponse({ status: 404, description: '`object-not-found`, `object-not-committed`' }),
  ApiResponse({
    status: 410,
    description: '`object-deleted`; `object-lost`: its bytes are nowhere, `from` and `to` say which media is gone',
  }),
  ApiResponse({ status: 503, description: '`storage-unavailable`: only the bucket has it, which does not answer' }),
];

/** What GET of an object takes and gives. Its entity tag is its SHA-256. */
export const DocumentedObject = (): MethodDecorator =>
  applyDecorators(
    ...ASKED,
    DocumentedResource(OBJECT),
    ApiResponse({
      status: 307,
      description: 'The bucket gives it, without credentials (`playback.signed_redirect`)',
      headers: { Location: { schema: { type: 'string' } } },
    }),
  );

export const DocumentedObjectHeader = (): MethodDecorator =>
  applyDecorators(...ASKED, DocumentedResourceHeader(OBJECT));
