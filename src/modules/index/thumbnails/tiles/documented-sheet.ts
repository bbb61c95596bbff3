import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { TILE_STEPS } from '../../../../media/manifests/tiles.js';
import { DocumentedWhole } from '../../../../platform/http/resource/documented-resource.js';

/** What the route of a sheet takes and gives. */
export const DocumentedSheet = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      summary: 'Sixty small pictures of a stretch of time',
      description:
        'Ten in a row, 160 by 90 pixels each, from key frames; black where nothing was recorded. MPDs of what is finished name them.',
    }),
    ApiParam({ name: 'stream', description: 'Name of the stream, 1 to 255 bytes', example: 'cam' }),
    ApiParam({
      name: 'step',
      description: 'Seconds from picture to picture',
      schema: { type: 'integer', enum: [...TILE_STEPS] },
    }),
    ApiParam({
      name: 'start',
      description: 'Epoch milliseconds of the first picture',
      schema: { type: 'integer', minimum: 0, maximum: 253_402_300_799_999, example: 1_795_176_000_000 },
    }),
    ApiQuery({ name: 'from', required: false, description: 'RFC 3339; what ends before is not shown' }),
    ApiQuery({
      name: 'to',
      required: false,
      description: 'RFC 3339, beside `from`; what begins then or later is not shown',
    }),
    ApiQuery({ name: 'session', required: false, description: 'Id of the recording session that alone is shown' }),
    DocumentedWhole({ name: 'sheet', contentTypes: ['image/jpeg'] }),
    ApiResponse({
      status: 400,
      description: '`input-invalid`, `stream-name-invalid`, `range-invalid`, `range-in-future`, `range-too-long`',
    }),
    ApiResponse({
      status: 404,
      description: '`stream-not-recorded`, `recording-session-not-found`, `nothing-recorded-in-range`, `no-picture`',
    }),
    ApiResponse({ status: 410, description: '`range-gone`: it is deleted or lost' }),
    ApiResponse({ status: 422, description: '`thumbnail-failed`: no picture decodes, or none in time' }),
    ApiResponse({
      status: 503,
      description:
        '`thumbnails-unavailable`: there is no ffmpeg; `thumbnails-busy`; `storage-unavailable`: the bucket does not answer',
    }),
  );
