import { CompletenessRow } from './completeness-row.entity.js';
import { DeletedStretch } from './deleted-stretch.entity.js';
import { DirectoryMark } from './directory-mark.entity.js';
import { GapRow } from './gap-row.entity.js';
import { GapSumRow } from './gap-sum.entity.js';
import { GoneChange } from './gone-change.entity.js';
import { GonePart } from './gone-part.entity.js';
import { GoneSegment } from './gone-segment.entity.js';
import { LeftPart } from './left-part.entity.js';
import { NodeRow } from './node-row.entity.js';
import { RecordingSession } from './recording-session.entity.js';
import { Recording } from './recording.entity.js';
import { SegmentRow } from './segment-row.entity.js';
import { SessionPart } from './session-part.entity.js';
import { TrackRow } from './track-row.entity.js';
import { WindowPlace } from './window-place.entity.js';

export {
  CompletenessRow,
  DeletedStretch,
  DirectoryMark,
  GapRow,
  GapSumRow,
  GoneChange,
  GonePart,
  GoneSegment,
  LeftPart,
  NodeRow,
  Recording,
  RecordingSession,
  SegmentRow,
  SessionPart,
  TrackRow,
  WindowPlace,
};

/** Every table that the index writes. */
export const indexEntities = [
  Recording,
  RecordingSession,
  SessionPart,
  TrackRow,
  SegmentRow,
  GapRow,
  GapSumRow,
  CompletenessRow,
  NodeRow,
  DirectoryMark,
  DeletedStretch,
  LeftPart,
  GoneChange,
  GoneSegment,
  GonePart,
  WindowPlace,
] as const;
