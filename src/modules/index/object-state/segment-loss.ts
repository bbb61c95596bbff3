import { IsNull, Not, type EntityManager } from 'typeorm';
import { TrackRow, type SegmentRow } from '../entities/index.js';

interface Segment<T> extends Pick<SegmentRow, 'state' | 'lostTracks'> {
  readonly objects: readonly T[];
}

/** Of one track. */
type TrackObject = Pick<SegmentRow['objects'][number], 'trackId'>;

/** @returns the tracks whose object of the segment is nowhere */
export function lostTracksOf({ state, objects, lostTracks }: Segment<TrackObject>): readonly string[] {
  return state === 'lost' ? objects.map(({ trackId }) => trackId) : (lostTracks ?? []);
}

/** @returns the objects of a segment that are not known to be lost */
export function keptObjects<T extends TrackObject>(segment: Segment<T>): readonly T[] {
  const lost = lostTracksOf(segment);
  return lost.length === 0 ? segment.objects : segment.objects.filter(({ trackId }) => !lost.includes(trackId));
}

/**
 * @param state where the bytes of what is not lost are
 * @returns how a row says which objects of a segment are lost
 */
export function lossColumns(
  objects: SegmentRow['objects'],
  lost: ReadonlySet<string>,
  state: SegmentRow['state'],
): Pick<SegmentRow, 'state' | 'lostTracks' | 'lostBytes'> {
  const gone = objects.filter(({ trackId }) => lost.has(trackId));
  const lostBytes = gone.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (gone.length === objects.length) return { state: 'lost', lostTracks: null, lostBytes };
  return { state, lostTracks: gone.length === 0 ? null : gone.map(({ trackId }) => trackId), lostBytes };
}

/** @returns ids of the tracks of a directory that nothing can play, for want of their init object */
export async function unplayableTracks(manager: EntityManager, directory: string): Promise<ReadonlySet<string>> {
  const tracks = await manager.find(TrackRow, {
    select: { trackId: true },
    where: { directory, lostAt: Not(IsNull()) },
  });
  return new Set(tracks.map(({ trackId }) => trackId));
}
