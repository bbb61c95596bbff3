import type { Request, RequestHandler } from 'express';
import helmet, { type HelmetOptions } from 'helmet';
import type { AppConfig } from '../../config/index.js';

/** The page plays by Media Source, decodes pictures, and hls.js works in a worker of its own making. */
const PAGE_SOURCES = {
  defaultSrc: ["'self'"],
  baseUri: ["'none'"],
  objectSrc: ["'none'"],
  frameAncestors: ["'self'"],
  formAction: ["'self'"],
  scriptSrc: ["'self'"],
  workerSrc: ["'self'", 'blob:'],
  imgSrc: ["'self'", 'blob:', 'data:'],
} as const;

const API_DOCS = '/api-docs';

/**
 * Headers of the pages for people: what they may load, and that no other site may frame them. Answers to programs have none
 * of these.
 */
export function pageHeaders(config: AppConfig): RequestHandler {
  const forPage = helmet(optionsFor(config, { styleSrc: ["'self'"] }));
  // Swagger UI writes its styles into the page, and its icons are data.
  const forDocs = helmet(optionsFor(config, { styleSrc: ["'self'", "'unsafe-inline'"] }));
  return (request, response, next) => {
    if (isPage(request)) forPage(request, response, next);
    else if (isDocs(request)) forDocs(request, response, next);
    else next();
  };
}

function isPage({ path }: Request): boolean {
  return path === '/' || path.endsWith('.html');
}

function isDocs({ path }: Request): boolean {
  return path === API_DOCS || path.startsWith(`${API_DOCS}/`);
}

function optionsFor(
  { playback }: AppConfig,
  { styleSrc }: { readonly styleSrc: readonly string[] },
): Readonly<HelmetOptions> {
  // Signed URLs lead to wherever the bucket is.
  const media = playback.signed_redirect ? ['*', 'blob:'] : ["'self'", 'blob:'];
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { ...PAGE_SOURCES, styleSrc: [...styleSrc], connectSrc: media, mediaSrc: media },
    },
    // http.hsts_seconds says so for all answers alike.
    strictTransportSecurity: false,
  };
}
