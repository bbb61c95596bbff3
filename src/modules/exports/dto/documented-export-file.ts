import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiParam, ApiResponse } from '@nestjs/swagger';
import { clipFormats } from '../../../media/containers/index.js';

const VALIDATORS = {
  'Accept-Ranges': { schema: { type: 'string' } },
  ETag: { description: 'Strong', schema: { type: 'string' } },
  'Content-Length': { schema: { type: 'integer' } },
} as const;
const CONTENT_RANGE = { 'Content-Range': { schema: { type: 'string' } } } as const;
const CONTENT = Object.fromEntries(
  clipFormats.map(({ contentType }) => [contentType, { schema: { type: 'string', format: 'binary' } }] as const),
);

const ASKED = [
  ApiParam({ name: 'id', description: 'Of the export' }),
  ApiHeader({ name: 'If-Match', required: false }),
  ApiHeader({ name: 'If-None-Match', required: false }),
  ApiResponse({ status: 304, description: 'It is still the same' }),
  ApiResponse({ status: 404, description: '`export-not-found`' }),
  ApiResponse({ status: 409, description: '`export-not-ready`' }),
  ApiResponse({ status: 412, description: '`precondition-failed`' }),
];

export const DocumentedExportFile = (): MethodDecorator =>
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
      description: '`range-not-satisfiable`: outside the file, or more than one range',
      headers: CONTENT_RANGE,
    }),
  );

/** The same of HEAD, which has no body and takes no range. */
export const DocumentedExportFileHeader = (): MethodDecorator =>
  applyDecorators(...ASKED, ApiResponse({ status: 200, description: 'It can be had', headers: VALIDATORS }));
