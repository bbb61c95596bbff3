import type { NestExpressApplication } from '@nestjs/platform-express';
import type { AppConfig } from '../../config/index.js';
import { Registry } from 'prom-client';
import { httpMetrics } from '../metrics/http-metrics.js';
import { serveOpenApi } from '../openapi/openapi.js';
import { takeAbsoluteForm } from './absolute-form.js';
import { answerBrokenRequests, requireHost } from './broken-requests.js';
import { compressText } from './compress.js';
import { enableCors } from './cors.js';
import { Origins } from './origins.js';
import { pageHeaders } from './page-headers.js';
import { securityHeaders } from './security-headers.js';
import type { StartGate } from './start-gate.js';
import { traceRequests } from '../tracing/trace-requests.js';
import { Tracing } from '../tracing/tracing.js';
import { staticFiles } from '../web/static-files.js';

export interface HttpSurroundings {
  readonly config: AppConfig;
  readonly version: string;
  /** Folder of the built page. */
  readonly webRoot: string;
  readonly gate: StartGate;
}

/** What surrounds the controllers: page, API description, CORS, headers, limits. The application is made with `bodyParser: false`. */
export function configureHttp(app: NestExpressApplication, { config, version, webRoot, gate }: HttpSurroundings): void {
  app.disable('x-powered-by');
  answerBrokenRequests(app.getHttpServer());
  if (config.http.trusted_proxies.length > 0) app.set('trust proxy', [...config.http.trusted_proxies]);
  app.use(httpMetrics(app.get(Registry)));
  const tracing = app.get(Tracing);
  if (tracing.isOn) app.use(traceRequests(tracing));
  app.use(takeAbsoluteForm);
  app.use(securityHeaders(config));
  app.use(requireHost);
  app.use(new Origins(config).handle);
  app.use(gate.handle);
  app.use(compressText);
  enableCors(app, config);
  app.use(pageHeaders(config));
  app.use(staticFiles(webRoot));
  serveOpenApi(app, version);
}
