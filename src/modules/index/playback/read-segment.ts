import type { TimelineSegment } from '../manifests/build-timeline.js';

/** A segment that was read. */
export interface ReadSegment extends TimelineSegment {
  /** Session time. */
  readonly endMs: number;
}

/** @returns a segment by itself: a packed one keeps all of its table, and those in front of it */
export function unpacked(segment: ReadSegment): ReadSegment {
  return { ...segment, objects: segment.objects.map((object) => ({ ...object, name: object.name })) };
}
