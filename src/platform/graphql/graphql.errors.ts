import { AppError } from '../../shared/errors.js';
import { spreadWaitSeconds } from '../../shared/spread-wait.js';

export class GraphqlTooDeepError extends AppError {
  readonly kind = 'invalid-input';
  readonly code = 'graphql-too-deep';

  constructor(limit: number) {
    super('The selection is nested deeper than is allowed.', { limit });
  }
}

export class GraphqlTooManyAliasesError extends AppError {
  readonly kind = 'invalid-input';
  readonly code = 'graphql-too-many-aliases';

  constructor(limit: number) {
    super('The operation has more aliases than are allowed.', { limit });
  }
}

export class GraphqlTooManyOperationsError extends AppError {
  readonly kind = 'invalid-input';
  readonly code = 'graphql-too-many-operations';

  constructor() {
    super('A request has one operation.');
  }
}

export class GraphqlTooManyObjectsError extends AppError {
  readonly kind = 'invalid-input';
  readonly code = 'graphql-too-many-objects';

  constructor(limit: number) {
    super('The pages that the operation asks for may have more objects, one in another, than are allowed.', { limit });
  }
}

export class SubscriptionOverPostError extends AppError {
  readonly kind = 'invalid-input';
  readonly code = 'graphql-subscription-over-post';

  constructor() {
    super('A subscription has many answers: open a WebSocket of graphql-transport-ws on this path.');
  }
}

/** The size of a page is out of range. */
export class PageSizeInvalidError extends AppError {
  readonly kind = 'invalid-input';
  readonly code = 'page-size-invalid';

  constructor(limit: number) {
    super(`A page has 1 to ${limit} entries.`, { limit });
  }
}

export class CursorInvalidError extends AppError {
  readonly kind = 'invalid-input';
  readonly code = 'cursor-invalid';

  constructor() {
    super('The cursor is none of this list.');
  }
}

/** A subscriber did not take its events as fast as they came. */
export class SubscriberTooSlowError extends AppError {
  readonly kind = 'unavailable';
  readonly code = 'subscriber-too-slow';

  constructor() {
    super('Too many events were waiting to be taken: the subscription is over.');
  }
}

/** Of WebSockets: the server has as many as it may, or as many whose callers are not known yet. */
export class ConnectionsFullError extends AppError {
  readonly kind = 'unavailable';
  readonly code = 'connections-full';
  override readonly retryAfterSeconds = spreadWaitSeconds(1, 4);

  constructor() {
    super('There are as many connections as there may be.');
  }
}

/** Of WebSockets. */
export class TooManyConnectionsError extends AppError {
  readonly kind = 'rate-limited';
  readonly code = 'too-many-connections';
  override readonly retryAfterSeconds = spreadWaitSeconds(1, 4);

  constructor(whose: 'address' | 'token', limit: number) {
    super(`The ${whose} has as many connections as it may.`, { limit });
  }
}

export class TooManySubscriptionsError extends AppError {
  readonly kind = 'rate-limited';
  readonly code = 'too-many-subscriptions';

  constructor(limit: number) {
    super('The connection has as many operations as it may.', { limit });
  }
}
