import { AppError } from '../../../shared/errors.js';
import { spreadWaitSeconds } from '../../../shared/spread-wait.js';

export class LoginThrottledError extends AppError {
  readonly kind = 'rate-limited';
  readonly code = 'login-throttled';

  constructor(override readonly retryAfterSeconds: number) {
    super('Too many log-ins have failed.');
  }
}

export class LoginBusyError extends AppError {
  readonly kind = 'unavailable';
  readonly code = 'login-busy';
  override readonly retryAfterSeconds = spreadWaitSeconds(1, 4);

  constructor() {
    super('Too many log-ins are being checked.');
  }
}
