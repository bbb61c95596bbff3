import { AppError } from '../../../shared/errors.js';

export class LoginThrottledError extends AppError {
  readonly kind = 'rate-limited';
  readonly code = 'login-throttled';

  constructor(override readonly retryAfterSeconds: number) {
    super('Too many log-ins have failed.');
  }
}

/** Those who are turned away together are told different times. */
const WAIT_SPREAD_SECONDS = 4;

export class LoginBusyError extends AppError {
  readonly kind = 'unavailable';
  readonly code = 'login-busy';
  override readonly retryAfterSeconds = 1 + Math.floor(Math.random() * WAIT_SPREAD_SECONDS);

  constructor() {
    super('Too many log-ins are being checked.');
  }
}
