import { AppError } from '../../shared/errors.js';

export class BodyTooLargeError extends AppError {
  readonly kind = 'too-large';
  readonly code = 'body-too-large';

  constructor(limitBytes: number) {
    super(`The body is longer than ${limitBytes} bytes.`, { limitBytes });
  }
}

export class BodyTypeUnsupportedError extends AppError {
  readonly kind = 'unsupported';
  readonly code = 'content-type-unsupported';

  constructor() {
    super('The body is of a content type or an encoding that this takes none of.');
  }
}

export class BodyMalformedError extends AppError {
  readonly kind = 'invalid-input';
  readonly code = 'body-malformed';

  constructor(options: ErrorOptions) {
    super('The body could not be read: it is not what its content type says, or not all of it came.', {}, options);
  }
}

export class InputInvalidError extends AppError {
  readonly kind = 'invalid-input';
  readonly code = 'input-invalid';

  /** @param complaints one for each value that is wrong */
  constructor(complaints: readonly string[]) {
    super(`The request has wrong values: ${complaints.join('; ')}.`);
  }
}
