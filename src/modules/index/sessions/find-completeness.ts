import { In, type EntityManager } from 'typeorm';
import { CompletenessRow, GapSumRow, type RecordingSession } from '../entities/index.js';
import { completenessOf, type Completeness, type MediaExtent } from './completeness.js';

/** @returns by session id, for all of them */
export async function findCompleteness(
  manager: EntityManager,
  sessions: readonly (MediaExtent & Pick<RecordingSession, 'id'>)[],
): Promise<Map<string, Completeness>> {
  const ids = sessions.map(({ id }) => id);
  const rows = await manager.findBy(CompletenessRow, { sessionId: In(ids) });
  const gaps = await manager.find(GapSumRow, { where: { sessionId: In(ids) }, order: { gapMs: 'DESC' } });
  return new Map(
    sessions.map((session) => {
      const own = (row: { sessionId: string }): boolean => row.sessionId === session.id;
      return [session.id, completenessOf(rows.filter(own), gaps.filter(own), session)];
    }),
  );
}
