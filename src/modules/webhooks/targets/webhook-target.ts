import { createHash, createHmac } from 'node:crypto';
import type { AppConfig } from '../../../config/index.js';
import { StreamPatterns } from '../../../shared/stream-patterns.js';
import type { WebhookTargetRow } from '../entities/index.js';

const PREFIX = 'webhooks/';

/** Somebody who is told by HTTP what happens. */
export class WebhookTarget {
  private readonly eventNames: StreamPatterns;
  private readonly streamNames: StreamPatterns;

  constructor(
    readonly id: string,
    readonly url: string,
    private readonly secret: string,
    readonly events: readonly string[],
    readonly streams: readonly string[],
    /** Undefined: in the configuration. */
    readonly createdAt: Date | undefined,
  ) {
    this.eventNames = new StreamPatterns(events);
    this.streamNames = new StreamPatterns(streams);
  }

  /** Its id is the same after each start, and another one when anything about it changes but its secret. */
  static ofConfig({ url, secret, events, streams }: AppConfig['webhooks']['targets'][number]): WebhookTarget {
    const hash = createHash('sha256')
      .update(JSON.stringify([url, events, streams]))
      .digest('hex');
    return new WebhookTarget(`config-${hash.slice(0, 24)}`, url, secret, events, streams, undefined);
  }

  static ofRow({ id, url, secretText, eventPatterns, streamPatterns, createdAt }: WebhookTargetRow): WebhookTarget {
    return new WebhookTarget(id, url, secretText, eventPatterns, streamPatterns, createdAt);
  }

  /** @param stream undefined: it is about none, and only told to who wants all */
  wants(event: string, stream: string | undefined): boolean {
    if (!this.eventNames.matches(event)) return false;
    return stream === undefined ? this.streams.includes('*') : this.streamNames.matches(stream);
  }

  /** @param timestamp Unix seconds @returns HMAC-SHA256 over timestamp, full stop and body, in hexadecimal */
  signatureOf(timestamp: number, body: string): string {
    return createHmac('sha256', this.secret).update(`${timestamp}.${body}`).digest('hex');
  }
}

/** Under which name a target is called. */
export function callKey(targetId: string): string {
  return `${PREFIX}${targetId}`;
}

export function targetIdOf(key: string): string {
  return key.slice(PREFIX.length);
}
