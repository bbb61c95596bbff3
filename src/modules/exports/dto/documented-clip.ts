import { applyDecorators } from '@nestjs/common';
import { ApiParam, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { DocumentedResource, DocumentedResourceHeader } from '../../../platform/http/resource/documented-resource.js';
import { GAP_RULES } from '../clips/clip-query.js';

const CLIP = { name: 'clip', contentTypes: ['video/mp4'] };

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
  ApiResponse({
    status: 422,
    description: '`clip-too-long`; `parameters-differ`: `splitAt` says where; `gap-too-long`',
  }),
  ApiResponse({ status: 503, description: '`storage-unavailable`: only the bucket has it, which does not answer' }),
];

export const DocumentedClip = (): MethodDecorator => applyDecorators(...ASKED, DocumentedResource(CLIP));

export const DocumentedClipHeader = (): MethodDecorator => applyDecorators(...ASKED, DocumentedResourceHeader(CLIP));
