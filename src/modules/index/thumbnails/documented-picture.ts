import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiParam, ApiQuery, ApiResponse, type ApiResponseOptions } from '@nestjs/swagger';

const VALIDATORS: NonNullable<ApiResponseOptions['headers']> = {
  ETag: { description: 'Strong', schema: { type: 'string' } },
  'Cache-Control': { description: 'What was recorded never changes', schema: { type: 'string' } },
};

/** What a route of a picture takes and gives. */
export const DocumentedPicture = (summary: string, contentType: 'image/jpeg' | 'video/mp4'): MethodDecorator =>
  applyDecorators(
    ApiOperation({ summary }),
    ApiParam({ name: 'stream', description: 'Name of the stream, 1 to 255 bytes', example: 'cam' }),
    ApiQuery({ name: 'at', description: 'RFC 3339', example: '2026-11-20T12:00:00Z' }),
    ApiHeader({ name: 'If-None-Match', required: false }),
    ApiResponse({
      status: 200,
      description: 'The key frame that its segment begins with',
      headers: VALIDATORS,
      content: { [contentType]: { schema: { type: 'string', format: 'binary' } } },
    }),
    ApiResponse({ status: 304, description: 'It is still the one that the request names', headers: VALIDATORS }),
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
