import type { SegmentRow } from '../entities/segment-row.entity.js';

/** What a row says of its segment beside its objects. */
export type SegmentPlace = Pick<
  SegmentRow,
  'directory' | 'sessionId' | 'number' | 'period' | 'startMs' | 'durationMs' | 'state' | 'lostTracks'
>;
