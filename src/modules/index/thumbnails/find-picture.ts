import { IsNull, LessThanOrEqual, MoreThan, Not, type EntityManager, type FindOptionsWhere } from 'typeorm';
import type { RecordedObject } from '../../../engine/index.js';
import { SegmentRow, TrackRow } from '../entities/index.js';
import { keptObjects } from '../object-state/segment-loss.js';

/** A picture may have been carried over so many segments without a key frame. */
const MOST_SEGMENTS = 20;

/** A segment's object that begins with a picture that decodes by itself, and the track it is of. */
export interface RecordedPicture {
  readonly directory: string;
  readonly number: number;
  readonly object: RecordedObject;
  readonly track: TrackRow;
}

interface SegmentPlace {
  readonly directory: string;
  readonly sessionId: string;
  readonly number: number;
}

/** @returns the key frame that a segment begins with, else the last one before, else the first one behind it */
export async function findPicture(
  manager: EntityManager,
  { directory, sessionId, number }: SegmentPlace,
): Promise<RecordedPicture | undefined> {
  const there = { directory, sessionId, state: Not('lost' as const) };
  const before = await segments(manager, { ...there, number: LessThanOrEqual(number) }, 'DESC');
  const found =
    firstPicture(before) ?? firstPicture(await segments(manager, { ...there, number: MoreThan(number) }, 'ASC'));
  const track = found && (await findTrack(manager, found.row, found.object.trackId));
  return found && track && { directory, number: found.row.number, object: found.object, track };
}

function segments(
  manager: EntityManager,
  where: FindOptionsWhere<SegmentRow>,
  direction: 'ASC' | 'DESC',
): Promise<SegmentRow[]> {
  return manager.find(SegmentRow, { where, order: { number: direction }, take: MOST_SEGMENTS });
}

function firstPicture(
  rows: readonly SegmentRow[],
): { readonly row: SegmentRow; readonly object: RecordedObject } | undefined {
  for (const row of rows) {
    const object = keptObjects(row).find(({ kind, independent }) => kind === 'video' && independent);
    if (object !== undefined) return { row, object };
  }
  return undefined;
}

/** A session may point at an init that an earlier session of the directory left. */
async function findTrack(
  manager: EntityManager,
  { directory, sessionId }: SegmentRow,
  trackId: string,
): Promise<TrackRow | undefined> {
  const tracks = await manager.findBy(TrackRow, { directory, trackId, lostAt: IsNull() });
  return tracks.find((track) => track.sessionId === sessionId) ?? tracks[0];
}
