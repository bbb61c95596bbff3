import { AppError } from '../../shared/errors.js';

export class TokenMissingError extends AppError {
  readonly kind = 'unauthenticated';
  readonly code = 'token-missing';

  constructor() {
    super('This needs a token: "Authorization: Bearer <token>".');
  }
}

export class TokenInvalidError extends AppError {
  readonly kind = 'unauthenticated';
  readonly code = 'token-invalid';

  constructor() {
    super('The token is not valid here.');
  }
}

export class PermissionDeniedError extends AppError {
  readonly kind = 'forbidden';
  readonly code = 'permission-denied';

  constructor(right: string) {
    super('The token does not allow this.', { right });
  }
}
