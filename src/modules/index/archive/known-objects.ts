import { IsNull, type DataSource, type EntityManager } from 'typeorm';
import { isPostgres } from '../../../persistence/portable-data-source.js';
import type { OutgoingObject } from '../../storage/outbox.service.js';
import type { KnownObjects, StorePlace } from '../../storage/ownership.service.js';
import { backedUpObjects } from '../../storage/pending-jobs.service.js';
import { parseObjectKey } from '../../storage/ports/object-key.js';
import { RecordingSession, SegmentRow, TrackRow } from '../entities/index.js';
import { keptObjects } from '../object-state/segment-loss.js';

/** Of the oldest and of the newest segments: a few may have been lost. */
const SAMPLES_EACH = 4;

/**
 * Says of each storage some of the objects that rows name there. A folder is one node's; a SQLite database has one node,
 * whatever it is called now.
 */
export function knownObjectsOf(dataSource: DataSource, nodeAlias: string): KnownObjects {
  const { manager } = dataSource;
  const ofNode = isPostgres(dataSource) ? nodeAlias : undefined;
  const finders: Readonly<Record<StorePlace, () => Promise<OutgoingObject[]>>> = {
    folder: () => objectsOf(manager, 'local', ofNode),
    bucket: () => objectsOf(manager, 'stored', undefined),
    backup: () => backedUpObjects(manager, 2 * SAMPLES_EACH),
  };
  return (place) => finders[place]();
}

/** All media may be lost, and what it is played with be there. */
async function initsOf(manager: EntityManager, rows: readonly SegmentRow[]): Promise<OutgoingObject[]> {
  const where = rows.map(({ directory, sessionId }) => ({ directory, sessionId, lostAt: IsNull() }));
  if (where.length === 0) return [];
  return (await manager.findBy(TrackRow, where)).map(({ initObjectKey, initSizeBytes, initSha256 }) => {
    return { key: parseObjectKey(initObjectKey), sizeBytes: initSizeBytes, sha256: initSha256 };
  });
}

async function objectsOf(
  manager: EntityManager,
  state: SegmentRow['state'],
  nodeAlias: string | undefined,
): Promise<OutgoingObject[]> {
  const rows: SegmentRow[] = [];
  for (const order of ['ASC', 'DESC'] as const) {
    const query = manager.createQueryBuilder(SegmentRow, 'segment').where({ state });
    if (nodeAlias !== undefined) {
      query.innerJoin(RecordingSession, 'session', 'session.id = segment.sessionId');
      query.andWhere('session.nodeAlias = :nodeAlias', { nodeAlias });
    }
    rows.push(...(await query.orderBy('segment.createdAt', order).limit(SAMPLES_EACH).getMany()));
  }
  const media = rows.flatMap(keptObjects).map(({ objectKey, sizeBytes, sha256 }) => {
    return { key: parseObjectKey(objectKey), sizeBytes, sha256 };
  });
  return [...media, ...(await initsOf(manager, rows))];
}
