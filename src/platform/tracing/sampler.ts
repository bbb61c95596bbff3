import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  type Sampler,
} from '@opentelemetry/sdk-trace';
import type { AppConfig } from '../../config/index.js';

const PARENT_BASED = 'parentbased_';

/** The samplers of the specification by their names in `OTEL_TRACES_SAMPLER`. */
export function samplerOf({ sampler, sampler_ratio: ratio }: AppConfig['tracing']): Sampler {
  if (sampler.startsWith(PARENT_BASED)) {
    return new ParentBasedSampler({ root: rootSampler(sampler.slice(PARENT_BASED.length), ratio) });
  }
  return rootSampler(sampler, ratio);
}

function rootSampler(name: string, ratio: number): Sampler {
  if (name === 'traceidratio') return new TraceIdRatioBasedSampler(ratio);
  return name === 'always_off' ? new AlwaysOffSampler() : new AlwaysOnSampler();
}
