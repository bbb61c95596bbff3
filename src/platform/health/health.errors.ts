import { AppError } from '../../shared/errors.js';

export class NotReadyError extends AppError {
  readonly kind = 'unavailable';
  readonly code = 'not-ready';
  override readonly retryAfterSeconds = 1;

  constructor(reason: string) {
    super(`This node is not ready: ${reason}.`, { reason });
  }
}
