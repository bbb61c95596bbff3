import { AppError } from '../../shared/errors.js';
import type { Right } from './ports/right.js';

export class TokenMissingError extends AppError {
  readonly kind = 'unauthenticated';
  readonly code = 'token-missing';

  constructor() {
    super('This needs a token: "Authorization: Bearer <token>".');
  }
}

/** Says nothing of why: whoever tries tokens learns nothing. */
export class TokenInvalidError extends AppError {
  readonly kind = 'unauthenticated';
  readonly code = 'token-invalid';

  constructor(options?: ErrorOptions) {
    super('The token is not valid here.', {}, options);
  }
}

/** Says nothing of the token: it was not looked at, or is wrong. */
export class TokensThrottledError extends AppError {
  readonly kind = 'rate-limited';
  readonly code = 'tokens-throttled';

  constructor(override readonly retryAfterSeconds: number) {
    super('Too many wrong tokens came from this address.');
  }
}

export class PermissionDeniedError extends AppError {
  readonly kind = 'forbidden';
  readonly code = 'permission-denied';

  constructor(rights: readonly Right[]) {
    super('The token does not allow this.', { right: rights.join(' or ') });
  }
}

export class WrongCredentialsError extends AppError {
  readonly kind = 'unauthenticated';
  readonly code = 'credentials-wrong';

  constructor() {
    super('The user name or the password is wrong.');
  }
}

export class SigningUnavailableError extends AppError {
  readonly kind = 'unprocessable';
  readonly code = 'token-signing-unavailable';

  constructor() {
    super('Tokens cannot be made here: auth.secret is not configured.');
  }
}

export class TokenIdInvalidError extends AppError {
  readonly kind = 'invalid-input';
  readonly code = 'token-id-invalid';

  constructor() {
    super('This is no id of a token: it is empty or too long.');
  }
}

export class TokenChainTooLongError extends AppError {
  readonly kind = 'unprocessable';
  readonly code = 'token-chain-too-long';

  constructor() {
    super('The token was made by tokens that were made by tokens, too many: make this one with an earlier one.');
  }
}
