import type { SegmentRow, TrackRow } from '../entities/index.js';
import { splitKey } from '../directories/object-names.js';
import type { ShownObject } from '../playback/object-columns.js';
import { keptObjects } from '../object-state/segment-loss.js';
import type { TimelineSegment, TimelineTrack } from './build-timeline.js';

/** What is needed of a segment's row. */
interface TimelineRow extends Pick<
  SegmentRow,
  'directory' | 'number' | 'sessionId' | 'period' | 'startMs' | 'state' | 'lostTracks'
> {
  readonly objects: readonly ShownObject[];
}

/** @param folder address of the segment's directory as the manifest sees it, with its slash; empty beside the segment */
export function timelineSegment(row: TimelineRow, folder = ''): TimelineSegment {
  const { directory, number, sessionId, period, startMs } = row;
  return {
    number,
    origin: { sessionId, startMs },
    sessionId,
    directory,
    period,
    objects: keptObjects(row).map(({ trackId, objectKey, startTicks, durationTicks, sizeBytes, independent }) => ({
      trackId,
      uri: folder + objectKey.slice(objectKey.lastIndexOf('/') + 1),
      startTicks,
      durationTicks,
      sizeBytes,
      independent,
    })),
  };
}

/** A track whose init object is gone is as good as not recorded. */
export function withoutLostTracks(
  segments: readonly TimelineSegment[],
  tracks: readonly TrackRow[],
): readonly TimelineSegment[] {
  const lost = new Set(
    tracks.filter(({ lostAt }) => lostAt !== null).map(({ directory, trackId }) => `${directory}/${trackId}`),
  );
  if (lost.size === 0) return segments;
  return segments.flatMap((segment) => {
    const objects = segment.objects.filter(({ trackId }) => !lost.has(`${segment.directory}/${trackId}`));
    return objects.length === 0 ? [] : [{ ...segment, objects }];
  });
}

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
