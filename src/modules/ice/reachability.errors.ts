import { AppError } from '../../shared/errors.js';

export class TooManyChecksError extends AppError {
  readonly kind = 'unavailable';
  readonly code = 'reachability-checks-busy';
  override readonly retryAfterSeconds = 5;

  constructor(limit: number) {
    super('Too many checks of reachability run already.', { limit });
  }
}
