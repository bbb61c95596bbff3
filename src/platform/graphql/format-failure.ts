import { Logger } from '@nestjs/common';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { AppError } from '../../shared/errors.js';
import { withDatabaseAway } from '../problem/database-away.js';
import { problemOf } from '../problem/problem-document.js';

const logger = new Logger('GraphQL');

/** What the GraphQL server refuses by itself, by the code that it gives, each with ours. */
const GRAPHQL_CODES: Readonly<Record<string, string>> = {
  GRAPHQL_PARSE_FAILED: 'graphql-syntax',
  GRAPHQL_VALIDATION_FAILED: 'graphql-invalid',
  INTROSPECTION_DISABLED: 'graphql-introspection-off',
  BAD_USER_INPUT: 'graphql-variables-invalid',
  OPERATION_RESOLUTION_FAILURE: 'graphql-operation-unknown',
  BAD_REQUEST: 'graphql-request-malformed',
};

/** @returns the error of ours that this one came from, if it did */
function causeOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError !== undefined ? error.originalError : error;
}

/** Makes of an error what clients see: `extensions.code` and the facts are those of the problem document. */
export function formatFailure(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const { locations, path } = formatted;
  const place = { ...(locations === undefined ? {} : { locations }), ...(path === undefined ? {} : { path }) };
  const origin = causeOf(error);
  const cause = withDatabaseAway(origin);
  if (cause !== origin) logger.warn({ err: origin }, 'The database does not answer.');
  if (cause instanceof AppError) {
    const { type: _type, title: _title, detail, ...facts } = problemOf(cause);
    return { message: detail, ...place, extensions: facts };
  }
  const code = refusalOf(error);
  if (code !== undefined) return { message: formatted.message, ...place, extensions: { code, status: 400 } };
  logger.error(cause);
  return {
    message: 'The server failed to answer this.',
    ...place,
    extensions: { code: 'internal', status: 500 },
  };
}

/** @returns our code for what was wrong with the request itself */
function refusalOf(error: unknown): string | undefined {
  if (!(error instanceof GraphQLError)) return undefined;
  const { code, validationErrorCode } = error.extensions;
  return GRAPHQL_CODES[String(validationErrorCode)] ?? GRAPHQL_CODES[String(code)];
}

/** Carries an error of ours through the GraphQL server, with its HTTP status. */
export function graphqlErrorOf(error: AppError): GraphQLError {
  const { status } = problemOf(error);
  return new GraphQLError(error.message, { originalError: error, extensions: { http: { status } } });
}
