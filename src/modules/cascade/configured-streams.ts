import type { AppConfig } from '../../config/index.js';
import type { OnDemand } from './sources/source.js';

const CLOSE_AFTER_MS = 10_000;
const START_TIMEOUT_MS = 10_000;

/** @returns whether a stream's viewers are sent away when it has gone elsewhere: by its own strategy, or the node's */
export function sendsViewersAwayIn({ strategy, stream }: AppConfig): (name: string) => boolean {
  return (name) => stream[name]?.strategy.cascade_push_close_sub ?? strategy.cascade_push_close_sub;
}

/** @returns how a stream is fetched on demand; undefined for one that is fetched all the time */
export function onDemandIn({ stream }: AppConfig): (name: string) => OnDemand | undefined {
  return (name) => {
    const own = stream[name];
    if (own?.on_demand !== true) return undefined;
    return {
      closeAfterMs: own.on_demand_close_after_ms ?? CLOSE_AFTER_MS,
      startTimeoutMs: own.on_demand_start_timeout_ms ?? START_TIMEOUT_MS,
    };
  };
}
