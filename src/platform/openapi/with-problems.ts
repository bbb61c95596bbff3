import type { OpenAPIObject } from '@nestjs/swagger';
import { PROBLEM_CONTENT_TYPE } from '../problem/problem-document.js';
import { PROBLEM_SCHEMA } from './problem-schema.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Answer = Extract<NonNullable<Operation['responses'][string]>, { readonly description: string }>;
type Headers = NonNullable<Answer['headers']>;

/** What every route may answer, whatever it does. */
const COMMON: Readonly<Record<string, string>> = {
  400: '`request-malformed`',
  408: '`request-timeout`',
  414: '`uri-too-long`',
  431: '`headers-too-large`',
  500: '`internal`',
  503: '`not-ready`, `unavailable`',
  default: 'The request could not be met.',
};

const REQUEST_ID: Headers = {
  'X-Request-Id': { description: 'As in the log; the one of the request, if it had one', schema: { type: 'string' } },
};

const RETRY_AFTER: Headers = {
  'Retry-After': { description: 'Seconds', schema: { type: 'integer', minimum: 0 } },
};

const HEADERS_OF_STATUS: Readonly<Record<string, Headers>> = {
  401: { 'WWW-Authenticate': { schema: { type: 'string', example: 'Bearer realm="aircheck"' } } },
  429: RETRY_AFTER,
  503: RETRY_AFTER,
  507: RETRY_AFTER,
};

const METHODS = ['get', 'head', 'options', 'post', 'put', 'patch', 'delete'] as const;

/** Says what all routes have in common, so that each says only what is its own. */
export function withProblems(document: OpenAPIObject): OpenAPIObject {
  for (const item of Object.values(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (operation !== undefined) operation.responses = answersOf(operation, method === 'head');
    }
  }
  const schemas = { ...document.components?.schemas, Problem: PROBLEM_SCHEMA };
  return { ...document, components: { ...document.components, schemas } };
}

function answersOf({ responses }: Operation, isBodiless: boolean): Operation['responses'] {
  const common = Object.entries(COMMON).map(([status, description]) => [status, { description }] as const);
  const all = { ...Object.fromEntries(common), ...(responses as Record<string, Answer>) };
  return Object.fromEntries(
    Object.entries(all).map(([status, answer]) => [status, complete(status, answer, isBodiless)]),
  );
}

function complete(status: string, answer: Answer, isBodiless: boolean): Answer {
  const headers = { ...answer.headers, ...HEADERS_OF_STATUS[status], ...REQUEST_ID };
  if (!isProblem(status) || isBodiless) return { ...answer, headers };
  return { ...answer, headers, content: { ...answer.content, ...PROBLEM_CONTENT } };
}

const PROBLEM_CONTENT = { [PROBLEM_CONTENT_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } };

function isProblem(status: string): boolean {
  return status === 'default' || Number(status) >= 400;
}
