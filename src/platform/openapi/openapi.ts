import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { withProblems } from './with-problems.js';

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
    .addServer('/', 'The server that gave this document')
    .addBearerAuth()
    .build();
  return withProblems(SwaggerModule.createDocument(app, outline));
}
