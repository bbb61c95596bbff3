import { AppError } from '../../shared/errors.js';

export class WebhookTargetNotFoundError extends AppError {
  readonly kind = 'not-found';
  readonly code = 'webhook-target-not-found';

  constructor(id: string) {
    super('No webhook target has this id.', { id });
  }
}

export class WebhookTargetConfiguredError extends AppError {
  readonly kind = 'conflict';
  readonly code = 'webhook-target-configured';

  constructor(id: string) {
    super('This webhook target is part of the configuration: it is not deleted by requests.', { id });
  }
}

export class TooManyWebhookTargetsError extends AppError {
  readonly kind = 'conflict';
  readonly code = 'webhook-targets-full';

  constructor(most: number) {
    super(`There are ${most} webhook targets already, and no more are taken.`, { most });
  }
}

export class WebhookDeliveryNotFoundError extends AppError {
  readonly kind = 'not-found';
  readonly code = 'webhook-delivery-not-found';

  constructor(id: string) {
    super('No webhook delivery has this id.', { id });
  }
}
