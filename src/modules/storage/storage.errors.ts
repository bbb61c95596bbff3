import { AppError } from '../../shared/errors.js';

export class InvalidObjectKeyError extends AppError {
  readonly kind = 'invalid-input';
  readonly code = 'object-key-invalid';

  /** @param fault what the key does wrong, to follow "The object key" */
  constructor(fault: string) {
    super(`The object key ${fault}.`);
  }
}

export class ObjectNotFoundError extends AppError {
  readonly kind = 'not-found';
  readonly code = 'object-not-found';

  constructor(key: string, options?: ErrorOptions) {
    super('No object has this key.', { key }, options);
  }
}
