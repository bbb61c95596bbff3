import { basename, sep } from 'node:path';
import { static as serveStatic, type RequestHandler, type Response } from 'express';

const ASSETS = `${sep}assets${sep}`;

/** The built page. Files under `assets/` carry a hash in their names and never change; the page that names them may. */
export function staticFiles(folder: string): RequestHandler {
  return serveStatic(folder, { index: 'index.html', redirect: false, dotfiles: 'ignore', setHeaders: setCaching });
}

function setCaching(response: Response, path: string): void {
  response.setHeader('Cache-Control', path.includes(ASSETS) ? 'public, max-age=31536000, immutable' : 'no-cache');
  if (basename(path).endsWith('.html'))
    response.setHeader('Content-Security-Policy', "frame-ancestors 'self'; base-uri 'none'; object-src 'none'");
}
