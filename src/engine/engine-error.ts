import { AppError, type ErrorKind } from '../shared/errors.js';
import type { EngineFailureCode } from './protocol.js';

const KINDS: Readonly<Record<EngineFailureCode, ErrorKind>> = {
  'unknown-session': 'not-found',
  'unknown-recording': 'not-found',
  'memory-exhausted': 'unavailable',
  internal: 'internal',
};
const RETRY_AFTER_SECONDS = 5;

/** A command that the engine could not carry out. */
export class EngineError extends AppError {
  readonly kind: ErrorKind;
  declare readonly retryAfterSeconds?: number;

  constructor(
    readonly code: EngineFailureCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, {}, options);
    this.kind = KINDS[code];
    if (code === 'memory-exhausted') this.retryAfterSeconds = RETRY_AFTER_SECONDS;
  }
}
