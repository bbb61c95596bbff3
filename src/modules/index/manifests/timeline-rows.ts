import type { GoneSegment, SegmentRow, TrackRow } from '../entities/index.js';
import type { ShownObject } from '../entities/packed-objects.js';
import { splitKey } from '../directories/object-names.js';
import type { DirectoryRows, TimelineSegment, TimelineTrack } from './build-timeline.js';

/** What is needed of a segment's row. */
interface TimelineRow extends Pick<
  SegmentRow | GoneSegment,
  'directory' | 'number' | 'sessionId' | 'period' | 'startMs'
> {
  readonly objects: readonly ShownObject[];
  readonly lostTracks?: readonly string[] | null;
}

/** @param folder address of the segment's directory as the manifest sees it, with its slash; empty beside the segment */
export function timelineSegment(row: TimelineRow, folder = ''): TimelineSegment {
  const { directory, number, sessionId, period, startMs, lostTracks = null } = row;
  const objects = row.objects.map(({ objectKey, trackId, startTicks, durationTicks, sizeBytes, independent }) => ({
    trackId,
    folder,
    name: splitKey(objectKey).name,
    startTicks,
    durationTicks,
    sizeBytes,
    independent,
  }));
  const segment = { number, sessionId, directory, period, startMs, objects };
  return lostTracks === null ? segment : { ...segment, lostTracks };
}

/** A track whose init object is gone is as good as not recorded. */
export function withLostTracks(
  segments: readonly TimelineSegment[],
  tracks: readonly TrackRow[],
): readonly TimelineSegment[] {
  const lost = new Set(
    tracks.filter(({ lostAt }) => lostAt !== null).map(({ directory, trackId }) => `${directory}/${trackId}`),
  );
  if (lost.size === 0) return segments;
  return segments.map((segment) => {
    const { objects } = segment;
    const unplayable = objects.filter(({ trackId }) => lost.has(`${segment.directory}/${trackId}`));
    if (unplayable.length === 0) return segment;
    return {
      ...segment,
      objects,
      lostTracks: [...(segment.lostTracks ?? []), ...unplayable.map(({ trackId }) => trackId)],
    };
  });
}

/** For whom nobody watches while it grows: what is lost, and what went away, has no place. */
export function withoutLost(rows: DirectoryRows): DirectoryRows {
  const { segments } = rows;
  if (segments.every(({ lostTracks }) => lostTracks === undefined)) return rows;
  const left = segments.flatMap((segment) => {
    const { lostTracks, objects: all, ...facts } = segment;
    if (lostTracks === undefined) return [segment];
    const objects = all.filter(({ trackId }) => !lostTracks.includes(trackId));
    return objects.length === 0 ? [] : [{ ...facts, objects }];
  });
  return { ...rows, segments: left };
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
