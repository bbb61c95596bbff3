import { AppError } from '../../shared/errors.js';
import { spreadWaitSeconds } from '../../shared/spread-wait.js';

export class StreamNotFoundError extends AppError {
  readonly kind = 'not-found';
  readonly code = 'stream-not-found';

  constructor(stream: string) {
    super('No such stream is live.', { stream });
  }
}

export class StreamExistsError extends AppError {
  readonly kind = 'conflict';
  readonly code = 'stream-exists';

  constructor(stream: string) {
    super('This stream is there already.', { stream });
  }
}

export class StreamProvisionedError extends AppError {
  readonly kind = 'conflict';
  readonly code = 'stream-provisioned';

  constructor(stream: string) {
    super(`The stream ${stream} is part of the configuration: it is neither made nor deleted by requests.`, { stream });
  }
}

/** Where `strategy.auto_create_whep` is off. */
export class StreamNotLiveError extends AppError {
  readonly kind = 'conflict';
  readonly code = 'stream-not-live';

  constructor(stream: string) {
    super('This stream is not there, and subscribers do not make it.', { stream });
  }
}

export class StreamNotLayeredError extends AppError {
  readonly kind = 'conflict';
  readonly code = 'stream-not-layered';

  constructor(stream: string) {
    super('This stream is not published in layers at present.', { stream });
  }
}

export class LayerNotFoundError extends AppError {
  readonly kind = 'not-found';
  readonly code = 'layer-not-found';

  constructor(layer: string, layers: readonly string[]) {
    super('The publisher sends no such layer.', { layer, layers: layers.join(', ') });
  }
}

export class StreamFullError extends AppError {
  readonly kind = 'unavailable';
  readonly code = 'stream-full';
  override readonly retryAfterSeconds = 5;

  constructor(stream: string, mostSubscribers: number) {
    super('As many watch this stream as may.', { stream, mostSubscribers });
  }
}

export class SessionNotFoundError extends AppError {
  readonly kind = 'not-found';
  readonly code = 'session-not-found';

  constructor() {
    super('No session has this address.');
  }
}

export class StreamBusyError extends AppError {
  readonly kind = 'conflict';
  readonly code = 'stream-busy';
  override readonly retryAfterSeconds = 3;

  constructor(stream: string) {
    super('Somebody is publishing this stream.', { stream });
  }
}

/** Of a session with another server. */
export class CandidatesForbiddenError extends AppError {
  readonly kind = 'upstream-failed';
  readonly code = 'cascade-candidates-forbidden';

  constructor() {
    super('The other server names no address that media may be sent to.');
  }
}

/** Of a client that makes no connectivity checks, and is to be checked by us. */
export class PeerAddressForbiddenError extends AppError {
  readonly kind = 'forbidden';
  readonly code = 'peer-address-forbidden';

  constructor() {
    super('The ice-lite offer names no address that is asked (cascade.allowed_networks; ports from 1024 on).');
  }
}

export class StreamLoopError extends AppError {
  readonly kind = 'conflict';
  readonly code = 'cascade-loop';

  constructor(stream: string) {
    super('The stream would come back to where it comes from.', { stream });
  }
}

export class NodeDrainingError extends AppError {
  readonly kind = 'unavailable';
  readonly code = 'node-draining';
  override readonly retryAfterSeconds = 5;

  /** @param elsewhere origin of a node that takes them meanwhile */
  constructor(override readonly elsewhere?: string) {
    super('This node takes no new publishers: it is about to stop.');
  }
}

export class NodeFullError extends AppError {
  readonly kind = 'unavailable';
  readonly code = 'node-full';
  override readonly retryAfterSeconds = 5;

  constructor(options: ErrorOptions) {
    super('This node cannot carry another publisher now.', {}, options);
  }
}

/** How long those who are turned away are told to wait, seconds. */
const WAIT_SECONDS = [5, 14] as const;

export class NodeOverloadedError extends AppError {
  readonly kind = 'unavailable';
  readonly code = 'node-overloaded';
  override readonly retryAfterSeconds = spreadWaitSeconds(...WAIT_SECONDS);

  /** @param elsewhere origin of a node that has room */
  constructor(override readonly elsewhere?: string) {
    super('This node is too busy for another stream now.');
  }
}

export class StreamQuotaError extends AppError {
  readonly kind = 'unavailable';
  readonly code = 'stream-quota';
  override readonly retryAfterSeconds = spreadWaitSeconds(...WAIT_SECONDS);

  constructor(most: number) {
    super('There are as many streams on this node as may be.', { most });
  }
}

export class PublisherQuotaError extends AppError {
  readonly kind = 'unavailable';
  readonly code = 'publisher-quota';
  override readonly retryAfterSeconds = spreadWaitSeconds(...WAIT_SECONDS);

  constructor(most: number) {
    super('As many publish to this node as may.', { most });
  }
}

export class SubscriberQuotaError extends AppError {
  readonly kind = 'unavailable';
  readonly code = 'subscriber-quota';
  override readonly retryAfterSeconds = spreadWaitSeconds(...WAIT_SECONDS);

  constructor(most: number) {
    super('As many watch streams of this node as may.', { most });
  }
}

export class IncomingQuotaError extends AppError {
  readonly kind = 'unavailable';
  readonly code = 'incoming-quota';
  override readonly retryAfterSeconds = spreadWaitSeconds(...WAIT_SECONDS);

  constructor() {
    super('Publishers send this node as much as they may in all.');
  }
}

export class BitrateExceededError extends AppError {
  readonly kind = 'rate-limited';
  readonly code = 'bitrate-exceeded';

  constructor(
    override readonly retryAfterSeconds: number,
    mostBps: number,
  ) {
    super('The publisher of this stream was sent away a moment ago: it sent more than it may.', { mostBps });
  }
}

export class WhipRateExceededError extends AppError {
  readonly kind = 'unavailable';
  readonly code = 'whip-rate-exceeded';

  constructor(override readonly retryAfterSeconds: number) {
    super('Too many requests of publishers come from this address.');
  }
}

export class EngineUnavailableError extends AppError {
  readonly kind = 'unavailable';
  readonly code = 'engine-unavailable';
  override readonly retryAfterSeconds = 3;

  constructor(options: ErrorOptions) {
    super('The media engine could not do this now.', {}, options);
  }
}

export class ContentTypeUnsupportedError extends AppError {
  readonly kind = 'unsupported';
  readonly code = 'content-type-unsupported';

  constructor(expected: string) {
    super(`The body must be ${expected}.`, { expected });
  }
}

export class EntityTagMismatchError extends AppError {
  readonly kind = 'precondition-failed';
  readonly code = 'entity-tag-mismatch';

  constructor() {
    super('The session has another entity tag: its ICE was restarted.');
  }
}

export class IceRestartConditionRequiredError extends AppError {
  readonly kind = 'precondition-required';
  readonly code = 'ice-restart-condition-required';

  constructor() {
    super('An ICE restart wants the header "If-Match: *".');
  }
}
