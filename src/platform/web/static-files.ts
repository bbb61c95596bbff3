import { sep } from 'node:path';
import { static as serveStatic, type RequestHandler, type Response } from 'express';

const ASSETS = `${sep}assets${sep}`;
/** No file of the page is there, and the disk need not be asked for one with each request. */
const API = '/api/';

/** The built page. Files under `assets/` carry a hash in their names and never change; the page that names them may. */
export function staticFiles(folder: string): RequestHandler {
  const serve = serveStatic(folder, {
    index: 'index.html',
    redirect: false,
    dotfiles: 'ignore',
    setHeaders: setCaching,
  });
  return (request, response, next) => {
    if (request.path.startsWith(API)) next();
    else serve(request, response, next);
  };
}

function setCaching(response: Response, path: string): void {
  response.setHeader('Cache-Control', path.includes(ASSETS) ? 'public, max-age=31536000, immutable' : 'no-cache');
}
