import { cmaf } from './cmaf/cmaf.js';
import type { ClipFormat } from '../clips/clip.js';
import type { ContainerDefinition } from './container.js';
import { fmp4, mp4 } from './mp4/mp4.js';
import { ogg } from './ogg/ogg.js';
import { webm } from './webm/webm.js';

export { cmaf } from './cmaf/cmaf.js';
export { encodeRepeated } from './repeated-sample.js';
export { FragmentSamples } from './fragment-samples.js';
export type { FoundFragment } from './container.js';

/** Every container that Aircheck records into. */
export const containers: readonly ContainerDefinition[] = [cmaf];

/** Every kind of file that a range of a recording is given out as. */
export const clipFormats: readonly ClipFormat[] = [mp4, fmp4, ogg, webm];
