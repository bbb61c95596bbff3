import type { AppConfig } from '../../config/index.js';
import { ForbiddenAddresses } from '../../platform/outgoing/forbidden-addresses.js';
import type { MayAsk } from './lite-peer.js';
import type { NodeLimits } from './node-quotas.js';

const BITS_PER_KBIT = 1000;

/** The limits of a configuration, where 0 means none. */
export function configuredLimits({ limits, cascade }: Pick<AppConfig, 'limits' | 'cascade'>): NodeLimits {
  return {
    streams: limits.streams || Infinity,
    publishers: limits.publishers || Infinity,
    subscribers: limits.subscribers || Infinity,
    incomingBps: limits.incoming_kbps * BITS_PER_KBIT || Infinity,
    publisherBps: limits.publisher_kbps * BITS_PER_KBIT || Infinity,
    publisherBurstSeconds: limits.publisher_burst_seconds,
    mayAsk: configuredAddresses(cascade),
  };
}

/** Those of public servers, and of networks that are allowed. */
export function configuredAddresses({ allowed_networks }: AppConfig['cascade']): MayAsk {
  const forbidden = new ForbiddenAddresses(allowed_networks);
  return (address) => !forbidden.isForbidden(address);
}
