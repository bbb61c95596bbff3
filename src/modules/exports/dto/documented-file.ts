import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiResponse, type ApiResponseOptions } from '@nestjs/swagger';

const VALIDATORS = {
  'Accept-Ranges': { schema: { type: 'string' } },
  ETag: { description: 'Strong', schema: { type: 'string' } },
  'Content-Length': { schema: { type: 'integer' } },
} as const;
const CONTENT_RANGE = { 'Content-Range': { schema: { type: 'string' } } } as const;

const CONDITIONS = [
  ApiHeader({ name: 'If-Match', required: false }),
  ApiHeader({ name: 'If-None-Match', required: false }),
  ApiResponse({ status: 304, description: 'It is still the same' }),
  ApiResponse({ status: 412, description: '`precondition-failed`' }),
];

/** What GET of a file takes and gives. @param name what it is called in sentences */
export function DocumentedFile(name: string, contentTypes: readonly string[]): MethodDecorator {
  const content: NonNullable<ApiResponseOptions['content']> = Object.fromEntries(
    contentTypes.map((type) => [type, { schema: { type: 'string', format: 'binary' } }] as const),
  );
  return applyDecorators(
    ...CONDITIONS,
    ApiHeader({ name: 'Range', required: false, description: 'One range', example: 'bytes=0-99' }),
    ApiHeader({ name: 'If-Range', required: false, description: 'An entity tag' }),
    ApiResponse({ status: 200, description: 'All of it', headers: VALIDATORS, content }),
    ApiResponse({ status: 206, description: 'The range', headers: { ...VALIDATORS, ...CONTENT_RANGE }, content }),
    ApiResponse({
      status: 416,
      description: `\`range-not-satisfiable\`: outside the ${name}, or more than one range`,
      headers: CONTENT_RANGE,
    }),
  );
}

/** The same of HEAD, which has no body and takes no range. */
export const DocumentedFileHeader = (): MethodDecorator =>
  applyDecorators(...CONDITIONS, ApiResponse({ status: 200, description: 'It can be had', headers: VALIDATORS }));
