import type { EntityManager } from 'typeorm';
import { findRows, placesFor } from '../../../persistence/find-row.js';
import { CompletenessRow, GapSumRow, type RecordingSession } from '../entities/index.js';
import { completenessOf, type Completeness, type MediaExtent } from './completeness.js';

/** @returns by session id, for all of them */
export async function findCompleteness(
  manager: EntityManager,
  sessions: readonly (MediaExtent & Pick<RecordingSession, 'id'>)[],
): Promise<Map<string, Completeness>> {
  const ids = sessions.map(({ id }) => id);
  if (ids.length === 0) return new Map();
  const ofSessions = `"session_id" IN (${placesFor(ids)})`;
  const rows = await findRows(manager, CompletenessRow, ofSessions, ids);
  const gaps = await findRows(manager, GapSumRow, `${ofSessions} ORDER BY "gap_ms" DESC`, ids);
  return new Map(
    sessions.map((session) => {
      const own = (row: { sessionId: string }): boolean => row.sessionId === session.id;
      return [session.id, completenessOf(rows.filter(own), gaps.filter(own), session)];
    }),
  );
}
