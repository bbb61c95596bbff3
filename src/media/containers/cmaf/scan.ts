import type { ReadBytes, ScannedSegment } from '../container.js';

/** Finds the whole fragments of a segment file. */
export function scanSegment(read: ReadBytes, sizeBytes: number): ScannedSegment {
  void read;
  void sizeBytes;
  throw new RangeError('not yet');
}
