import type { AppConfig } from '../../config/index.js';
import { StreamStrategies, type StreamStrategy } from './stream-strategy.js';

type GivenStrategy = AppConfig['stream'][string]['strategy'];

/** The strategies of a configuration: what a stream's own does not say is as the node's. */
export function configuredStrategies({ strategy, stream }: Pick<AppConfig, 'strategy' | 'stream'>): StreamStrategies {
  const general = strategyOf(strategy) as StreamStrategy;
  return new StreamStrategies(
    general,
    new Map(Object.entries(stream).map(([name, own]) => [name, strategyOf(own.strategy)])),
  );
}

function strategyOf(given: GivenStrategy): Partial<StreamStrategy> {
  const all = {
    mostSubscribers: given.each_stream_max_sub,
    autoCreateWhip: given.auto_create_whip,
    autoCreateWhep: given.auto_create_whep,
  };
  const said = Object.entries(all).filter(([, value]) => value !== undefined);
  return {
    ...Object.fromEntries(said),
    ...(given.auto_delete_whip === undefined ? {} : { autoDeleteWhipMs: limitOf(given.auto_delete_whip) }),
    ...(given.auto_delete_whep === undefined ? {} : { autoDeleteWhepMs: limitOf(given.auto_delete_whep) }),
  };
}

/** @param ms -1: never */
function limitOf(ms: number): number | undefined {
  return ms < 0 ? undefined : ms;
}
