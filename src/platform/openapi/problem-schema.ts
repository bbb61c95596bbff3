import type { OpenAPIObject } from '@nestjs/swagger';

type Schema = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string];

export const PROBLEM_SCHEMA: Schema = {
  type: 'object',
  description: 'What went wrong (RFC 9457). Further members say what it is about.',
  required: ['type', 'title', 'status', 'code', 'detail'],
  properties: {
    type: { type: 'string', format: 'uri', example: 'urn:aircheck:problem:stream-not-found' },
    title: { type: 'string', example: 'Stream not found' },
    status: { type: 'integer', example: 404 },
    code: { type: 'string', description: 'Stable: programs may depend on it.', example: 'stream-not-found' },
    detail: { type: 'string', description: 'One sentence for a person.', example: 'No such stream is live.' },
  },
  additionalProperties: true,
};
