import { AppError } from '../../shared/errors.js';

export class OriginNotAllowedError extends AppError {
  readonly kind = 'forbidden';
  readonly code = 'origin-not-allowed';

  constructor() {
    super('Pages of other origins may change nothing here (http.cors, http.cors_origins).');
  }
}

export class HostNotAllowedError extends AppError {
  readonly kind = 'forbidden';
  readonly code = 'host-not-allowed';

  constructor() {
    super('Nobody needs a token here, so only names of this machine are answered (http.cors_origins names others).');
  }
}
