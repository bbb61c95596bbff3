import type { AppConfig } from '../../config/index.js';
import type { NodeLimits } from './node-quotas.js';

const BITS_PER_KBIT = 1000;

/** The limits of a configuration, where 0 means none. */
export function configuredLimits({ limits }: Pick<AppConfig, 'limits'>): NodeLimits {
  return {
    streams: limits.streams || Infinity,
    publishers: limits.publishers || Infinity,
    subscribers: limits.subscribers || Infinity,
    incomingBps: limits.incoming_kbps * BITS_PER_KBIT || Infinity,
    publisherBps: limits.publisher_kbps * BITS_PER_KBIT || Infinity,
    publisherBurstSeconds: limits.publisher_burst_seconds,
  };
}
