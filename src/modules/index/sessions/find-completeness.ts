import { In, type EntityManager } from 'typeorm';
import { CompletenessRow, GapRow, type RecordingSession } from '../entities/index.js';
import { completenessOf, type Completeness, type GapCause, type GapSum } from './completeness.js';
import type { MediaKind } from '../../../media/codecs/codec.js';

interface SessionGapSum extends GapSum {
  readonly sessionId: string;
}

type Extent = Pick<RecordingSession, 'id' | 'firstMediaMs' | 'endMs'>;

/** @returns by session id, for all of them */
export async function findCompleteness(
  manager: EntityManager,
  sessions: readonly Extent[],
): Promise<Map<string, Completeness>> {
  const ids = sessions.map(({ id }) => id);
  const rows = await manager.findBy(CompletenessRow, { sessionId: In(ids) });
  const gaps = await sumGaps(manager, ids);
  return new Map(
    sessions.map(({ id, firstMediaMs, endMs }) => {
      const own = (row: { sessionId: string }): boolean => row.sessionId === id;
      return [id, completenessOf(rows.filter(own), gaps.filter(own), endMs - (firstMediaMs ?? endMs))];
    }),
  );
}

/** The most time first. A session over a bad network has thousands of gaps: the database adds them up. */
async function sumGaps(manager: EntityManager, ids: readonly string[]): Promise<SessionGapSum[]> {
  if (ids.length === 0) return [];
  const rows = await manager
    .createQueryBuilder(GapRow, 'gap')
    .select('gap.sessionId', 'sessionId')
    .addSelect('gap.kind', 'kind')
    .addSelect('gap.cause', 'cause')
    .addSelect('COUNT(*)', 'count')
    .addSelect('SUM(gap.durationMs)', 'durationMs')
    .where('gap.sessionId IN (:...ids)', { ids })
    .groupBy('gap.sessionId')
    .addGroupBy('gap.kind')
    .addGroupBy('gap.cause')
    .getRawMany<{ sessionId: string; kind: MediaKind; cause: GapCause; count: string; durationMs: string }>();
  return rows
    .map(({ count, durationMs, ...key }) => ({ ...key, count: Number(count), durationMs: Number(durationMs) }))
    .sort((a, b) => b.durationMs - a.durationMs);
}
