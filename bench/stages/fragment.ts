import type * as ContainersModule from '../../src/media/containers/index.ts';
import { importBuilt } from '../index-rows/import-built.ts';
import type { Stage } from './stage.ts';

/** A second of pictures, and the packets that they came in. */
const SAMPLES = 30;
const PACKETS = 280;
const SAMPLE_BYTES = 10_000;
const SAMPLE_TICKS = 3000;
const FRAGMENTS = 20;

const { cmaf, FragmentSamples } = await importBuilt<typeof ContainersModule>('media/containers/index.js');

/** The header of a fragment of one second, from samples that lie in their place already. */
export function fragmenting(): Stage[] {
  const fragment = new FragmentSamples(SAMPLES);
  for (let index = 0; index < SAMPLES; index++) fragment.add(SAMPLE_BYTES, SAMPLE_TICKS, 0, index === 0);
  const bytes = new Uint8Array(cmaf.fragmentHeaderSize('video', SAMPLES));
  let sequenceNumber = 0;
  const run = (): undefined => {
    for (let count = 0; count < FRAGMENTS; count++) {
      sequenceNumber += 1;
      const baseDecodeTicks = sequenceNumber * SAMPLES * SAMPLE_TICKS;
      cmaf.writeFragmentHeader(bytes, 0, 'video', { sequenceNumber, baseDecodeTicks, samples: fragment });
    }
  };
  return [{ name: 'fragment of a second, header', packets: PACKETS * FRAGMENTS, run }];
}
