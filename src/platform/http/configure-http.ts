import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import type { AppConfig } from '../../config/index.js';
import { serveOpenApi } from '../openapi/openapi.js';
import { answerBrokenRequests, requireHost } from './broken-requests.js';
import { SECURITY_HEADERS } from './security-headers.js';
import { compressText } from './compress.js';
import type { StartGate } from './start-gate.js';
import { staticFiles } from '../web/static-files.js';

export interface HttpSurroundings {
  readonly config: AppConfig;
  readonly version: string;
  /** Folder of the built page. */
  readonly webRoot: string;
  readonly gate: StartGate;
}

const EXPOSED_HEADERS = [
  'Location',
  'ETag',
  'Link',
  'Accept-Patch',
  'Accept-Post',
  'Accept-Ranges',
  'Content-Range',
  'Retry-After',
  'X-Request-Id',
];

/** What surrounds the controllers: page, API description, CORS, headers, limits. The application is made with `bodyParser: false`. */
export function configureHttp(app: NestExpressApplication, { config, version, webRoot, gate }: HttpSurroundings): void {
  app.disable('x-powered-by');
  answerBrokenRequests(app.getHttpServer());
  app.use(setSecurityHeaders);
  app.use(requireHost);
  app.use(gate.handle);
  app.use(compressText);
  if (config.http.cors) enableCors(app);
  app.use(staticFiles(webRoot));
  serveOpenApi(app, version);
}

function setSecurityHeaders(_request: Request, response: Response, next: NextFunction): void {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
  next();
}

/** A preflight is answered here; an OPTIONS that a person or a WHIP client sends goes on to its route. */
function enableCors(app: NestExpressApplication): void {
  app.enableCors((request: Request, done) => {
    const isPreflight = request.headers['access-control-request-method'] !== undefined;
    done(null, { origin: '*', exposedHeaders: EXPOSED_HEADERS, preflightContinue: !isPreflight, maxAge: 600 });
  });
}
