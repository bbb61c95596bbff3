import { cmaf } from './cmaf/cmaf.js';
import type { ContainerDefinition } from './container.js';

export { cmaf } from './cmaf/cmaf.js';
export { encodeRepeated } from './repeated-sample.js';
export { FragmentSamples } from './fragment-samples.js';

/** Every container that Aircheck records into. */
export const containers: readonly ContainerDefinition[] = [cmaf];
