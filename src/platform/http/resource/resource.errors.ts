import { AppError } from '../../../shared/errors.js';

export class RangeNotSatisfiableError extends AppError {
  readonly kind = 'range-not-satisfiable';
  readonly code = 'range-not-satisfiable';

  constructor(sizeBytes: number) {
    super('One range inside the object is needed.', { sizeBytes });
  }
}

export class PreconditionFailedError extends AppError {
  readonly kind = 'precondition-failed';
  readonly code = 'precondition-failed';

  constructor() {
    super('The object is not the one that If-Match names.');
  }
}
