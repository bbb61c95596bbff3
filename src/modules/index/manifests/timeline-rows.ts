import type { SegmentRow, TrackRow } from '../entities/index.js';
import { splitKey } from '../object-names.js';
import type { TimelineSegment, TimelineTrack } from './build-timeline.js';

/** @param folder address of the segment's directory as the manifest sees it, with its slash; empty beside the segment */
export function timelineSegment(
  { directory, number, sessionId, period, startMs, objects }: TimelineRow,
  folder = '',
): TimelineSegment {
  return {
    number,
    origin: { sessionId, startMs },
    sessionId,
    directory,
    period,
    objects: objects.map(({ trackId, objectKey, startTicks, durationTicks, sizeBytes, independent }) => ({
      trackId,
      uri: folder + splitKey(objectKey).name,
      startTicks,
      durationTicks,
      sizeBytes,
      independent,
    })),
  };
}

type TimelineRow = Pick<SegmentRow, 'directory' | 'number' | 'sessionId' | 'period' | 'startMs' | 'objects'>;

/** @param folder address of the track's directory as the manifest sees it, with its slash; empty beside it */
export function timelineTrack(row: TrackRow, folder = ''): TimelineTrack {
  return {
    id: row.trackId,
    sessionId: row.sessionId,
    directory: row.directory,
    kind: row.kind,
    codecString: row.codecString,
    timescale: row.timescale,
    initUri: folder + splitKey(row.initObjectKey).name,
    width: row.width ?? undefined,
    height: row.height ?? undefined,
    sampleRate: row.sampleRate ?? undefined,
    channels: row.channels ?? undefined,
  };
}
