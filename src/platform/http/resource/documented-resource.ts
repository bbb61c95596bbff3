import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiResponse, type ApiResponseOptions } from '@nestjs/swagger';

type Headers = NonNullable<ApiResponseOptions['headers']>;
type Content = NonNullable<ApiResponseOptions['content']>;

/** What a route says of what it gives out with `sendResource`. */
interface ResourceDescription {
  /** What it is called in sentences. */
  readonly name: string;
  readonly contentTypes: readonly string[];
  /** It tells when it became what it is, and can be asked for by that. */
  readonly isDated?: boolean;
}

const TEXT = { schema: { type: 'string' } } as const;
const ETAG: Headers = {
  ETag: { description: 'Strong', ...TEXT },
  'Cache-Control': { description: 'Media never changes; all else is to be asked for again', ...TEXT },
};
const DATE: Headers = { 'Last-Modified': { description: 'When it became what it is', ...TEXT } };
const ACCEPT_RANGES: Headers = { 'Accept-Ranges': { schema: { type: 'string', enum: ['bytes'] } } };
const LENGTH: Headers = { 'Content-Length': { schema: { type: 'integer' } } };
const CONTENT_RANGE: Headers = { 'Content-Range': { schema: { type: 'string', example: 'bytes 0-99/1000' } } };

/** What GET of it takes and gives. */
export function DocumentedResource(description: ResourceDescription): MethodDecorator {
  const { name, isDated = false } = description;
  const headers = { ...validators(description), ...ACCEPT_RANGES };
  const content = contentOf(description);
  return applyDecorators(
    ...conditions(description, headers),
    ApiHeader({ name: 'Range', required: false, description: 'One range', example: 'bytes=0-99' }),
    ApiHeader({
      name: 'If-Range',
      required: false,
      description: isDated ? 'An entity tag or a date' : 'An entity tag',
    }),
    ApiResponse({ status: 200, description: 'All of it', headers: { ...headers, ...LENGTH }, content }),
    ApiResponse({
      status: 206,
      description: 'The range',
      headers: { ...headers, ...LENGTH, ...CONTENT_RANGE },
      content,
    }),
    ApiResponse({
      status: 416,
      description: `\`range-not-satisfiable\`: outside the ${name}, or more than one range`,
      headers: { ...ACCEPT_RANGES, ...CONTENT_RANGE },
    }),
  );
}

/** The same of HEAD, which has no body and takes no range. */
export function DocumentedResourceHeader(description: ResourceDescription): MethodDecorator {
  const headers = { ...validators(description), ...ACCEPT_RANGES };
  return applyDecorators(
    ...conditions(description, headers),
    ApiResponse({ status: 200, description: 'It can be had', headers: { ...headers, ...LENGTH } }),
  );
}

/** What GET takes and gives of what is only sent whole. */
export function DocumentedWhole(description: ResourceDescription): MethodDecorator {
  const headers = validators(description);
  return applyDecorators(
    ...conditions(description, headers),
    ApiResponse({ status: 200, description: `The ${description.name}`, headers, content: contentOf(description) }),
  );
}

function conditions({ isDated = false }: ResourceDescription, headers: Headers): MethodDecorator[] {
  const since = { name: 'If-Modified-Since', required: false, description: 'Where no If-None-Match is' };
  return [
    ApiHeader({ name: 'If-Match', required: false }),
    ApiHeader({ name: 'If-None-Match', required: false }),
    ...(isDated ? [ApiHeader(since)] : []),
    ApiResponse({ status: 304, description: 'It is still the one that the request names', headers }),
    ApiResponse({ status: 412, description: '`precondition-failed`' }),
  ];
}

function validators({ isDated = false }: ResourceDescription): Headers {
  return isDated ? { ...ETAG, ...DATE } : ETAG;
}

function contentOf({ contentTypes }: ResourceDescription): Content {
  return Object.fromEntries(
    contentTypes.map((type) => {
      const schema = type === 'application/json' ? { type: 'object' } : { type: 'string', format: 'binary' };
      return [type, { schema }] as const;
    }),
  );
}
