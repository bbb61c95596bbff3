import type { ManifestSegment } from './timeline.js';

type Spanning = Pick<ManifestSegment, 'number' | 'spans'>;

/** @returns number of the last segment that it stands for */
export function lastNumberOf({ number, spans = 1 }: Spanning): number {
  return number + spans - 1;
}

/** @returns how many segments these stand for */
export function countSegments(segments: readonly Pick<Spanning, 'spans'>[]): number {
  let count = 0;
  for (const { spans = 1 } of segments) count += spans;
  return count;
}
