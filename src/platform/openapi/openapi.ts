import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { PROBLEM_CONTENT_TYPE } from '../problem/problem-document.js';

type Schema = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string];

const PROBLEM_SCHEMA: Schema = {
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

const PROBLEM_RESPONSE = {
  description: 'The request could not be met.',
  content: { [PROBLEM_CONTENT_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
};

/** `/api-docs` for people, `/api-docs-json` for programs. */
export function serveOpenApi(app: INestApplication, version: string): void {
  SwaggerModule.setup('api-docs', app, () => describeApi(app, version), {
    jsonDocumentUrl: 'api-docs-json',
    customSiteTitle: 'Aircheck API',
  });
}

function describeApi(app: INestApplication, version: string): OpenAPIObject {
  const outline = new DocumentBuilder()
    .setTitle('Aircheck')
    .setDescription('Records live WebRTC streams: WHIP in, CMAF on disk, an index, DASH and HLS out.')
    .setVersion(version)
    .addBearerAuth()
    .addSecurityRequirements('bearer')
    .build();
  return withProblems(SwaggerModule.createDocument(app, outline));
}

/** Every operation may answer with a problem, so it is said once here. */
function withProblems(document: OpenAPIObject): OpenAPIObject {
  for (const item of Object.values(document.paths)) {
    for (const operation of Object.values(item as Record<string, { responses?: Record<string, unknown> }>)) {
      operation.responses = { ...operation.responses, default: PROBLEM_RESPONSE };
    }
  }
  const schemas = { ...document.components?.schemas, Problem: PROBLEM_SCHEMA };
  return { ...document, components: { ...document.components, schemas } };
}
