import type { AppError, ErrorKind } from '../../shared/errors.js';

/** RFC 9457, with a stable `code` and whatever facts the error has. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly [fact: string]: string | number | boolean;
}

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

export const statusOfKind: Readonly<Record<ErrorKind, number>> = {
  'invalid-input': 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  'not-acceptable': 406,
  conflict: 409,
  gone: 410,
  'precondition-failed': 412,
  'too-large': 413,
  unsupported: 415,
  'range-not-satisfiable': 416,
  unprocessable: 422,
  'precondition-required': 428,
  'rate-limited': 429,
  internal: 500,
  'upstream-failed': 502,
  unavailable: 503,
  'storage-full': 507,
};

/** @returns the document of an error that names its case itself */
export function problemOf(error: AppError): ProblemDocument {
  return problem(statusOfKind[error.kind], error.code, error.message, error.facts);
}

/** The documents of what the framework refuses before any service is asked. */
const FRAMEWORK_CODES: Readonly<Record<number, string>> = {
  400: 'request-malformed',
  401: 'token-missing',
  403: 'forbidden',
  404: 'route-not-found',
  405: 'method-not-allowed',
  406: 'not-acceptable',
  408: 'request-timeout',
  413: 'body-too-large',
  414: 'uri-too-long',
  415: 'content-type-unsupported',
  429: 'rate-limited',
  431: 'headers-too-large',
  503: 'unavailable',
};

/** @returns the document for a status that has no error class of ours behind it */
export function problemOfStatus(status: number, detail: string): ProblemDocument {
  if (status >= 500 && status !== 503) return problem(status, 'internal', 'The server failed to answer this request.');
  return problem(status, FRAMEWORK_CODES[status] ?? 'request-refused', detail);
}

/** @param code becomes the title and the fragment of docs/problems.md */
export function problem(
  status: number,
  code: string,
  detail: string,
  facts: Readonly<Record<string, string | number | boolean>> = {},
): ProblemDocument {
  return { ...facts, type: `urn:aircheck:problem:${code}`, title: titleOf(code), status, code, detail };
}

function titleOf(code: string): string {
  const words = code.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
