import {
  Catch,
  HttpException,
  Logger,
  NotFoundException,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppError } from '../../shared/errors.js';
import { withDatabaseAway } from './database-away.js';
import { keepProblemCode } from './problem-code.js';
import { PROBLEM_CONTENT_TYPE, problem, problemOf, problemOfStatus, type ProblemDocument } from './problem-document.js';
import { methodsOfPath } from './route-methods.js';

/** The method and the body stay what they are (RFC 9110 section 15.4.8). */
const TEMPORARY_REDIRECT = 307;

/**
 * Makes an RFC 9457 document of everything that is thrown on the way of a request, in whatever layer. GraphQL has a form of
 * its own for what its resolvers throw.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  catch(error: unknown, host: ArgumentsHost): void {
    if (host.getType() !== 'http') throw error;
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    if (response.headersSent) {
      response.destroy(error instanceof Error ? error : undefined);
      return;
    }
    const known = withDatabaseAway(error);
    const document = this.describe(known, request, response);
    if (document.status === 500) this.logger.error(error);
    else if (known !== error) this.logger.warn({ err: error }, 'The database does not answer.');
    sendProblem(response, document);
  }

  private describe(error: unknown, request: Request, response: Response): ProblemDocument {
    if (error instanceof AppError) {
      if (error.elsewhere === undefined) {
        if (error.retryAfterSeconds !== undefined) response.setHeader('Retry-After', error.retryAfterSeconds);
        return problemOf(error);
      }
      response.setHeader('Location', `${error.elsewhere}${request.originalUrl}`);
      return { ...problemOf(error), status: TEMPORARY_REDIRECT };
    }
    if (error instanceof NotFoundException) return describeUnknownRoute(request, response);
    if (error instanceof HttpException) return problemOfStatus(error.getStatus(), sentenceOf(error.message));
    return problemOfStatus(500, '');
  }
}

export function sendProblem(response: Response, document: ProblemDocument): void {
  keepProblemCode(response, document.code);
  if (document.status === 401) response.setHeader('WWW-Authenticate', challengeOf(document));
  response.status(document.status).setHeader('Content-Type', PROBLEM_CONTENT_TYPE);
  response.end(JSON.stringify(document));
}

/** RFC 6750 section 3.1: who brought no token is told of no error. */
function challengeOf({ code }: ProblemDocument): string {
  const error = code === 'token-invalid' ? ', error="invalid_token"' : '';
  return `Bearer realm="aircheck"${error}`;
}

/** Services throw errors of their own; this one comes from the router. */
function describeUnknownRoute(request: Request, response: Response): ProblemDocument {
  const allowed = methodsOfPath(request.app, request.path);
  if (allowed.length === 0) return problem(404, 'route-not-found', 'There is nothing under this path.');
  response.setHeader('Allow', allowed.join(', '));
  return problem(405, 'method-not-allowed', `This path answers ${allowed.join(', ')}.`);
}

function sentenceOf(message: string): string {
  const sentence = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}
