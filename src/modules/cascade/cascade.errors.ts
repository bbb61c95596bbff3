import { AppError } from '../../shared/errors.js';

export class CascadeExistsError extends AppError {
  readonly kind = 'conflict';
  readonly code = 'cascade-exists';

  constructor(stream: string) {
    super('This cascade is there already.', { stream });
  }
}

export class CascadeNotFoundError extends AppError {
  readonly kind = 'not-found';
  readonly code = 'cascade-not-found';

  constructor(stream: string) {
    super('The stream comes from no other server, and goes to none.', { stream });
  }
}

export class TooManyCascadesError extends AppError {
  readonly kind = 'conflict';
  readonly code = 'cascades-full';

  constructor(most: number) {
    super(`There are ${most} cascades already, and no more are begun.`, { most });
  }
}

/** What the URL leads to may not be asked. */
export class CascadeAddressForbiddenError extends AppError {
  readonly kind = 'forbidden';
  readonly code = 'cascade-address-forbidden';

  constructor(options?: ErrorOptions) {
    super('The URL leads to an address that is not asked (cascade.allowed_networks).', {}, options);
  }
}

/** The other server did not do what it was asked. */
export class CascadeUpstreamError extends AppError {
  readonly kind = 'upstream-failed';
  readonly code = 'cascade-upstream-failed';

  /** @param reason of what the other server said, never its own words: they may repeat a secret */
  constructor(
    reason: string,
    /** Before which it does not want to be asked again. */
    readonly askedToWaitSeconds?: number,
    options?: ErrorOptions,
  ) {
    super(`The other server did not take it: ${reason}.`, { reason }, options);
  }
}

/** It was asked, and does not want what was offered. */
export class OfferRefusedError extends CascadeUpstreamError {}
