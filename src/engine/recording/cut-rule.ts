export type CutDecision = 'go-on' | 'ask-for-keyframe' | 'cut' | 'cut-by-time';

/** What says how long the segment in progress may get. Recording time, milliseconds. */
export interface SegmentLimits {
  readonly startMs: number;
  readonly segmentDurationMs: number;
  /** The next directory begins here; Infinity where none does. */
  readonly borderMs: number;
}

/** @returns from when on the segment ends at the first sample that can be decoded alone */
export function dueMs({ startMs, segmentDurationMs, borderMs }: SegmentLimits): number {
  return Math.min(startMs + segmentDurationMs, borderMs);
}

/** @returns where the segment ends at the latest: playlists promise no segment over twice the wanted length */
export function forcedMs({ startMs, segmentDurationMs, borderMs }: SegmentLimits): number {
  return Math.min(startMs + 2 * segmentDurationMs, borderMs + segmentDurationMs);
}

/** @param isSync a segment can start with the sample at `ms` and be decoded alone */
export function decideCut(limits: SegmentLimits, ms: number, isSync: boolean): CutDecision {
  if (ms < dueMs(limits)) return 'go-on';
  if (isSync) return 'cut';
  return ms > forcedMs(limits) ? 'cut-by-time' : 'ask-for-keyframe';
}
