import { QueryFailedError } from 'typeorm';
import { AppError, systemErrorCode } from '../../shared/errors.js';

/** Most failovers take longer, most restarts do not. */
export const DATABASE_RETRY_SECONDS = 5;

/** The database cannot be reached, ends connections, or is locked by somebody else. */
class DatabaseAwayError extends AppError {
  readonly kind = 'unavailable';
  readonly code = 'unavailable';
  override readonly retryAfterSeconds = DATABASE_RETRY_SECONDS;

  constructor(cause: unknown) {
    super('The database does not answer. What is recorded is kept meanwhile.', {}, { cause });
  }
}

/**
 * SQLSTATEs of a connection that broke, of a server that stops, starts or has no connection left, of a row that somebody
 * else has locked; what Node.js says where nobody listens; SQLite whose file is locked or cannot be read.
 */
const AWAY =
  /^(?:08...|57P0[1-3]|53300|55P03|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|SQLITE_(?:BUSY|LOCKED|IOERR|CANTOPEN|PROTOCOL)(?:_\w+)?)$/;

/** What the client of PostgreSQL says without a code. */
const WORDS =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/** @returns the error as clients are told of it: one of the database that is away as such, any other as it is */
export function withDatabaseAway(error: unknown): unknown {
  return isDatabaseAway(error) ? new DatabaseAwayError(error) : error;
}

/** @returns whether it would fail the same way with anything else that is asked of the database now */
export function isDatabaseAway(error: unknown): boolean {
  const cause: unknown = error instanceof QueryFailedError ? error.driverError : error;
  if (cause instanceof AppError) return false;
  return AWAY.test(systemErrorCode(cause) ?? '') || WORDS.test(messageOf(cause));
}

function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : '';
}
