import { In, type EntityManager } from 'typeorm';
import { SegmentRow, SessionPart, type RecordingSession } from '../entities/index.js';

/** Where the bytes of a session are. */
export interface StorageState {
  /** Of the worst segment; without a worse one of the oldest: others went the same way. */
  readonly state: 'none' | SegmentRow['state'];
  /** Segments that wait for the bucket. */
  readonly uploadingCount: number;
  /** Segments whose bytes are nowhere. */
  readonly lostCount: number;
}

/**
 * Looks for what is not as it should be, of which there is little, and at one segment of each session: all segments of a
 * day are a thousand times as many.
 *
 * @returns by session id, for all of them
 */
export async function findStorageStates(
  manager: EntityManager,
  sessions: readonly RecordingSession[],
): Promise<Map<string, StorageState>> {
  const ids = sessions.map(({ id }) => id);
  const troubled = await manager
    .createQueryBuilder(SegmentRow, 'segment')
    .select('segment.sessionId', 'sessionId')
    .addSelect('segment.state', 'state')
    .addSelect('COUNT(*)', 'count')
    .where({ state: In(['uploading', 'lost']), sessionId: In(ids) })
    .groupBy('segment.sessionId')
    .addGroupBy('segment.state')
    .getRawMany<{ readonly sessionId: string; readonly state: string; readonly count: number | string }>();
  const oldest = await findOldestStates(manager, ids);
  return new Map(
    ids.map((id) => {
      const count = (state: string): number =>
        Number(troubled.find((row) => row.sessionId === id && row.state === state)?.count ?? 0);
      const [uploadingCount, lostCount] = [count('uploading'), count('lost')];
      const state = lostCount > 0 ? 'lost' : uploadingCount > 0 ? 'uploading' : (oldest.get(id) ?? 'none');
      return [id, { state, uploadingCount, lostCount }];
    }),
  );
}

async function findOldestStates(
  manager: EntityManager,
  ids: readonly string[],
): Promise<Map<string, SegmentRow['state']>> {
  const isFirst = 'segment.directory = part.directory AND segment.number = part.firstNumber';
  const rows = await manager
    .createQueryBuilder(SessionPart, 'part')
    .innerJoin(SegmentRow, 'segment', isFirst)
    .select('part.sessionId', 'sessionId')
    .addSelect('segment.state', 'state')
    .where({ sessionId: In([...ids]) })
    .orderBy('part.startMs', 'DESC')
    .getRawMany<{ readonly sessionId: string; readonly state: SegmentRow['state'] }>();
  return new Map(rows.map(({ sessionId, state }) => [sessionId, state]));
}
