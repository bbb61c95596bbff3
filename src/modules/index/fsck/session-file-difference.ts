import { isDeepStrictEqual } from 'node:util';
import type { EntityManager } from 'typeorm';
import { CompletenessRow, GapRow, RecordingSession, TrackRow, type SegmentRow } from '../entities/index.js';
import { segmentPages } from '../manifests/segment-pages.js';
import { lostTracksOf } from '../object-state/segment-loss.js';
import { readSessionFile, type FileSegment, type SessionFileRows } from '../reindex/session-file-rows.js';

/** @returns what of a session's rows cannot be made from its file, undefined when all can */
export async function differenceFromRows(
  manager: EntityManager,
  file: Buffer,
  sessionId: string,
  directory: string,
): Promise<string | undefined> {
  const made = readSessionFile(file, directory);
  if (made === undefined) return 'it cannot be read';
  const session = await manager.findOneByOrFail(RecordingSession, { id: sessionId });
  if (!containsAll(Object.assign({}, session, { unrecorded: session.unrecorded ?? [] }), made.session))
    return 'its session';
  const tracks = await manager.find(TrackRow, { where: { sessionId, directory }, order: { createdAt: 'ASC' } });
  const told = tracks.map((track) => Object.assign({}, track, { isLost: track.lostAt !== null }));
  if (!areSame(told, made.tracks)) return 'its tracks';
  const gaps = await manager.find(GapRow, { where: { sessionId }, order: { startMs: 'ASC' } });
  if (!areSame(gaps, made.gaps)) return 'its gaps';
  const counted = await manager.findBy(CompletenessRow, { sessionId });
  if (!counted.every((row) => made.completeness.some((one) => containsAll(row, one)))) return 'its completeness';
  return segmentDifference(manager, made);
}

async function segmentDifference(manager: EntityManager, made: SessionFileRows): Promise<string | undefined> {
  const { directory, session } = made;
  let position = 0;
  for await (const page of segmentPages(manager, { sessionId: session.id, directory })) {
    for (const row of page) {
      if (!isSameSegment(row, made.segments[position])) return `its segment ${String(row.number)}`;
      position += 1;
    }
  }
  return position === made.segments.length ? undefined : 'how many segments it has';
}

function isSameSegment(row: SegmentRow, made: FileSegment | undefined): boolean {
  if (made === undefined) return false;
  const { knownLost, ...facts } = made;
  return isDeepStrictEqual(knownLost, lostTracksOf(row)) && containsAll(row, facts);
}

function areSame(rows: readonly object[], made: readonly object[]): boolean {
  return rows.length === made.length && made.every((one, index) => containsAll(rows[index] ?? {}, one));
}

/** The row has what the file tells; what else it has is told by other rows, or by nothing. */
function containsAll(row: object, facts: object): boolean {
  const values = row as Readonly<Record<string, unknown>>;
  return Object.entries(facts).every(([name, value]) => isDeepStrictEqual(values[name], value));
}
