import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { DocumentedWhole } from '../../../platform/http/resource/documented-resource.js';
import { LONGEST_WINDOW, SHORTEST_WINDOW } from './window-lengths.js';

/** What a view over the index takes and gives. */
export const DocumentedView = (summary: string, mediaType: string): MethodDecorator =>
  applyDecorators(
    ApiOperation({ summary, description: 'The recorded segments, shown whole, of all sessions and days concerned.' }),
    ApiParam({ name: 'stream', description: 'Name of the stream, 1 to 255 bytes', example: 'cam' }),
    ApiQuery({ name: 'from', required: false, description: 'RFC 3339; begins with the segment of that time' }),
    ApiQuery({
      name: 'to',
      required: false,
      description: 'RFC 3339, beside `from`; what begins then or later is not shown. An open end when absent',
    }),
    ApiQuery({ name: 'session', required: false, description: 'Id of a recording session, instead of a range' }),
    ApiQuery({
      name: 'dvr',
      required: false,
      description: 'Instead of both: a window of so many seconds that ends now (`playback.dvr_window_seconds`)',
      schema: { type: 'integer', minimum: SHORTEST_WINDOW, maximum: LONGEST_WINDOW },
    }),
    ApiQuery({
      name: 'places',
      required: false,
      description: 'Of playlists, as `index.m3u8` has it: which entries who reads them has seen',
      schema: { type: 'integer', minimum: 0 },
    }),
    ApiQuery({
      name: 'keyframes',
      required: false,
      description: 'Whether an MPD has an AdaptationSet of the key frames alone',
      schema: { type: 'string', enum: ['true', 'false'] },
    }),
    DocumentedWhole({ name: 'view', isDated: true, contentTypes: [mediaType] }),
    ApiResponse({
      status: 400,
      description: '`input-invalid`, `stream-name-invalid`, `range-invalid`, `range-in-future`, `range-too-long`',
    }),
    ApiResponse({
      status: 404,
      description:
        '`stream-not-recorded`, `recording-session-not-found`, `nothing-recorded-in-range`: see `recordedBefore` and `recordedAfter`',
    }),
    ApiResponse({ status: 410, description: '`range-gone`: it was deleted, or its bytes are lost' }),
  );
