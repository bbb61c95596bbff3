import { In, type EntityManager } from 'typeorm';
import { CompletenessRow, GapSumRow, type RecordingSession } from '../entities/index.js';
import { completenessOf, type Completeness } from './completeness.js';

type Extent = Pick<RecordingSession, 'id' | 'firstMediaMs' | 'endMs'>;

/** @returns by session id, for all of them */
export async function findCompleteness(
  manager: EntityManager,
  sessions: readonly Extent[],
): Promise<Map<string, Completeness>> {
  const ids = sessions.map(({ id }) => id);
  const rows = await manager.findBy(CompletenessRow, { sessionId: In(ids) });
  const gaps = await manager.find(GapSumRow, { where: { sessionId: In(ids) }, order: { gapMs: 'DESC' } });
  return new Map(
    sessions.map(({ id, firstMediaMs, endMs }) => {
      const own = (row: { sessionId: string }): boolean => row.sessionId === id;
      return [id, completenessOf(rows.filter(own), gaps.filter(own), endMs - (firstMediaMs ?? endMs))];
    }),
  );
}
