import { AppError } from '../../shared/errors.js';

export class SignedUrlInvalidError extends AppError {
  readonly kind = 'forbidden';
  readonly code = 'signed-url-invalid';

  constructor() {
    super('The address was not signed here, or was changed.');
  }
}

export class SignedUrlExpiredError extends AppError {
  readonly kind = 'forbidden';
  readonly code = 'signed-url-expired';

  constructor(expiredAt: string) {
    super('The address is not good any more.', { expiredAt });
  }
}

export class SignedUrlWithdrawnError extends AppError {
  readonly kind = 'forbidden';
  readonly code = 'signed-url-withdrawn';

  constructor() {
    super('Whoever had the address made may not have it made any more.');
  }
}

export class SignedUrlScopeError extends AppError {
  readonly kind = 'forbidden';
  readonly code = 'signed-url-scope';

  constructor() {
    super('The address is good for something else.');
  }
}
