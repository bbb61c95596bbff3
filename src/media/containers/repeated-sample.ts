import type { MediaKind } from '../codecs/codec.js';
import type { ContainerDefinition } from './container.js';
import { FragmentSamples } from './fragment-samples.js';

/** A sample that is shown or heard again and again. */
export interface RepeatedSample {
  readonly kind: MediaKind;
  readonly bytes: Uint8Array;
  readonly count: number;
  /** Of all of them together, in ticks of the track. */
  readonly startTicks: number;
  readonly durationTicks: number;
}

/** @returns a whole segment file of one fragment: equal samples of equal lengths, each of which decodes by itself */
export function encodeRepeated(container: ContainerDefinition, repeated: RepeatedSample): Uint8Array {
  const { kind, bytes, count, startTicks, durationTicks } = repeated;
  const samples = new FragmentSamples(count);
  for (let index = 0; index < count; index++) samples.add(bytes.length, durationTicks / count, 0, true);
  const { segmentType } = container;
  const headerBytes = container.fragmentHeaderSize(kind, count);
  const file = new Uint8Array(segmentType.length + headerBytes + bytes.length * count);
  file.set(segmentType);
  const fragment = { sequenceNumber: 1, baseDecodeTicks: startTicks, samples };
  container.writeFragmentHeader(file, segmentType.length, kind, fragment);
  for (let index = 0; index < count; index++) {
    file.set(bytes, segmentType.length + headerBytes + index * bytes.length);
  }
  return file;
}
