import type { SegmentClosed } from '../../../engine/index.js';
import { largestOf, smallestOf } from '../../../shared/extremes.js';

/** The stretch of session time that a segment covers, in whole milliseconds that contain it. */
export interface Extent {
  readonly startMs: number;
  readonly endMs: number;
  readonly sizeBytes: number;
}

/** A segment that has a row from this transaction on. */
export interface CommittedExtent {
  readonly segment: SegmentClosed;
  readonly extent: Extent;
}

/** @returns values in the order they came, by what they have in common */
export function groupBy<T>(values: readonly T[], keyOf: (value: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group === undefined) groups.set(keyOf(value), [value]);
    else group.push(value);
  }
  return [...groups.values()];
}

/** @returns the stretch from the first to the last of them */
export function extentOfAll(extents: readonly Extent[]): Extent {
  return {
    startMs: smallestOf(extents.map(({ startMs }) => startMs)),
    endMs: largestOf(extents.map(({ endMs }) => endMs)),
    sizeBytes: extents.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  };
}
