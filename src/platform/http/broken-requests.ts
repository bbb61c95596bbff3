import { STATUS_CODES, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { NextFunction, Request, Response } from 'express';
import { PROBLEM_CONTENT_TYPE, problemOfStatus, type ProblemDocument } from '../problem/problem-document.js';
import { sendProblem } from '../problem/problem.filter.js';
import { SECURITY_HEADERS } from './security-headers.js';

/** A header or a body that has not arrived by then is given up. Answers take as long as they take. */
const REQUEST_LIMIT_MS = 30_000;
/** How often connections are looked at, so how much later than its limit a request may end. */
const CHECK_INTERVAL_MS = 5_000;

/** Ends in a method and a path, as a packet does whose parsing broke there. */
const ENDS_IN_PATH = /(?:^|\n)[A-Z]+ [^ \r\n]*$/;

/** Options of `createServer` that the framework, which makes the server, takes none of. Both are read later. */
interface LateOptions {
  connectionsCheckingInterval: number;
  requireHostHeader: boolean;
}

/** What `clientError` tells. */
interface BrokenRequest extends Error {
  readonly code?: string;
  /** How far into the packet the parser came. */
  readonly bytesParsed?: number;
  /** The last that came. */
  readonly rawPacket?: Uint8Array;
}

/** A connection knows the answer under way on it, if any. */
interface Connection extends Socket {
  readonly _httpMessage?: { readonly headersSent: boolean } | null;
}

export interface RequestLimits {
  readonly requestMs: number;
  readonly checkMs: number;
}

/**
 * Answers requests that never reach a route, because they come too slowly or are no HTTP, by a problem as all others.
 * To be called before the server listens.
 */
export function answerBrokenRequests(
  server: Server,
  { requestMs, checkMs }: RequestLimits = { requestMs: REQUEST_LIMIT_MS, checkMs: CHECK_INTERVAL_MS },
): void {
  server.headersTimeout = requestMs;
  server.requestTimeout = requestMs;
  const options: LateOptions = { connectionsCheckingInterval: checkMs, requireHostHeader: false };
  Object.assign(server, options);
  server.on('clientError', (error: BrokenRequest, socket) => {
    refuse(socket as Connection, problemOfBroken(error));
  });
}

/** Node's own check of the Host header answers without a body, so it is off and this is in its place (RFC 9112 section 3.2). */
export function requireHost(request: Request, response: Response, next: NextFunction): void {
  if (request.headers.host !== undefined || request.httpVersion !== '1.1') {
    next();
    return;
  }
  response.setHeader('Connection', 'close');
  sendProblem(response, problemOfStatus(400, 'The request has no Host header.'));
}

function problemOfBroken(error: BrokenRequest): ProblemDocument {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return problemOfStatus(408, 'The request did not arrive in time.');
  }
  if (error.code !== 'HPE_HEADER_OVERFLOW') return problemOfStatus(400, 'The request is no valid HTTP.');
  return brokeInPath(error)
    ? problemOfStatus(414, 'The path is too long.')
    : problemOfStatus(431, 'The header fields are too long.');
}

/** Where the path comes in several packets, only the last is known, so it counts as a header field. */
function brokeInPath({ rawPacket, bytesParsed }: BrokenRequest): boolean {
  return ENDS_IN_PATH.test(Buffer.from(rawPacket ?? []).toString('latin1', 0, bytesParsed));
}

/** An answer that has begun cannot become a problem: its connection is just closed. */
function refuse(socket: Connection, document: ProblemDocument): void {
  if (!socket.writable || socket._httpMessage?.headersSent === true) {
    socket.destroy();
    return;
  }
  refuseRaw(socket, document);
}

/**
 * Answers where the framework has no response for it.
 *
 * @param retryAfterSeconds undefined when to try again makes no sense
 */
export function refuseRaw(socket: Duplex, document: ProblemDocument, retryAfterSeconds?: number): void {
  socket.end(rawAnswer(document, retryAfterSeconds), () => socket.destroy());
}

function rawAnswer(document: ProblemDocument, retryAfterSeconds: number | undefined): string {
  const body = JSON.stringify(document);
  const headers = {
    Date: new Date().toUTCString(),
    ...SECURITY_HEADERS,
    ...(retryAfterSeconds !== undefined && { 'Retry-After': retryAfterSeconds }),
    'Content-Type': PROBLEM_CONTENT_TYPE,
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${document.status} ${STATUS_CODES[document.status] ?? ''}`, ...lines, '', body].join('\r\n');
}
