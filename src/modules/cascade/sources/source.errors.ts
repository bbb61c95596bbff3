import { AppError } from '../../../shared/errors.js';

export class SourceExistsError extends AppError {
  readonly kind = 'conflict';
  readonly code = 'source-exists';

  constructor(stream: string) {
    super('The stream has a source already.', { stream });
  }
}

export class SourceConfiguredError extends AppError {
  readonly kind = 'conflict';
  readonly code = 'source-configured';

  constructor(stream: string) {
    super('The source is part of the configuration.', { stream });
  }
}

export class SourceNotFoundError extends AppError {
  readonly kind = 'not-found';
  readonly code = 'source-not-found';

  constructor(stream: string) {
    super('The stream has no source.', { stream });
  }
}

/** A source of live777 that is none here. */
export class SourceKindUnsupportedError extends AppError {
  readonly kind = 'unprocessable';
  readonly code = 'source-kind-unsupported';

  constructor(sourceKind: string) {
    super('Sources are WHEP endpoints: whep, wheps, http or https.', { sourceKind });
  }
}
