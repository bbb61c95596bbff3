import { isIP } from 'node:net';
import type { NextFunction, Request, Response } from 'express';
import { hasCredentials, isLoopback, parseListenAddress, type AppConfig } from '../../config/index.js';
import { problemOf } from '../problem/problem-document.js';
import { sendProblem } from '../problem/problem.filter.js';
import { isAllowedOrigin } from './cors.js';
import { HostNotAllowedError, OriginNotAllowedError } from './origin.errors.js';

const READING: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/** What a browser says of the page that has it send a request. Programs say nothing. */
export interface PageHeaders {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly 'sec-fetch-site'?: string | undefined;
}

/**
 * Keeps out what pages of other origins have a browser send: without asking, it sends a POST to any address that the person
 * in front of it can reach.
 */
export class Origins {
  /** Undefined where any name will do. */
  private readonly hosts: readonly string[] | undefined;

  constructor(private readonly config: AppConfig) {
    const { auth, http } = config;
    const isLocal = isLoopback(parseListenAddress(http.listen)?.address ?? '');
    const isOpenToAll = http.cors && http.cors_origins.length === 0;
    const wantsName = isLocal && !hasCredentials(auth) && !isOpenToAll;
    this.hosts = wantsName ? http.cors_origins.map((origin) => new URL(origin).hostname) : undefined;
  }

  /**
   * With nobody asked for a token, this machine is what protects the server, and a page whose name was made to lead here
   * is not of this machine: names that others may choose are not answered.
   *
   * @throws {HostNotAllowedError}
   */
  checkHost(host: string | undefined): void {
    if (this.hosts === undefined || host === undefined) return;
    const name = URL.parse(`http://${host}`)?.hostname ?? '';
    const isOwn = isIP(name.replace(/^\[|\]$/g, '')) !== 0 || /^(?:.+\.)?localhost\.?$/.test(name);
    if (!isOwn && !this.hosts.includes(name)) throw new HostNotAllowedError();
  }

  /**
   * @param host that the client asked for, where a proxy is believed what that says
   * @throws {OriginNotAllowedError} for what a page of another origin sends that is not configured
   */
  checkOrigin({ origin, host, 'sec-fetch-site': site }: PageHeaders): void {
    if (site === 'same-origin') return;
    if (origin === undefined) {
      if (site === undefined || site === 'none' || isAllowedOrigin(this.config, '')) return;
    } else if (isAllowedOrigin(this.config, origin) || (host !== undefined && URL.parse(origin)?.host === host)) return;
    throw new OriginNotAllowedError();
  }

  readonly handle = (request: Request, response: Response, next: NextFunction): void => {
    try {
      this.checkHost(request.headers.host);
      if (!READING.includes(request.method)) {
        this.checkOrigin({ ...pageHeadersOf(request), host: request.host });
      }
    } catch (error) {
      if (!(error instanceof HostNotAllowedError) && !(error instanceof OriginNotAllowedError)) throw error;
      sendProblem(response, problemOf(error));
      return;
    }
    next();
  };
}

/** What of a request or of a handshake says where it comes from. */
export function pageHeadersOf({ headers }: Pick<Request, 'headers'>): PageHeaders {
  const site = headers['sec-fetch-site'];
  return { host: headers.host, origin: headers.origin, ...(typeof site === 'string' && { 'sec-fetch-site': site }) };
}
