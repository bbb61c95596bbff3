import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { DocumentedWhole } from '../../../platform/http/resource/documented-resource.js';

/** What a route of a picture takes and gives. */
export const DocumentedPicture = (summary: string, contentType: 'image/jpeg' | 'video/mp4'): MethodDecorator =>
  applyDecorators(
    ApiOperation({ summary }),
    ApiParam({ name: 'stream', description: 'Name of the stream, 1 to 255 bytes', example: 'cam' }),
    ApiQuery({ name: 'at', description: 'RFC 3339', example: '2026-11-20T12:00:00Z' }),
    DocumentedWhole({ name: 'key frame that its segment begins with', contentTypes: [contentType] }),
    ApiResponse({ status: 400, description: '`input-invalid`, `stream-name-invalid`, `range-in-future`' }),
    ApiResponse({
      status: 404,
      description:
        '`stream-not-recorded`; `nothing-recorded-in-range`, with the nearest times at which something was; `no-picture`',
    }),
    ApiResponse({ status: 410, description: '`range-gone`: it is deleted or lost' }),
    ApiResponse({ status: 422, description: '`thumbnail-failed`: the picture does not decode' }),
    ApiResponse({
      status: 503,
      description:
        '`thumbnails-unavailable`: there is no ffmpeg; `thumbnails-busy`; `storage-unavailable`: the bucket does not answer',
    }),
  );
