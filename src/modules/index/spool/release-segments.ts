import { IsNull, LessThan, Not, In, type EntityManager } from 'typeorm';
import { forUpdate } from '../../../persistence/row-locks.js';
import type { OutboxService } from '../../storage/outbox.service.js';
import { parseObjectKey } from '../../storage/ports/object-key.js';
import { RecordingSession, SegmentRow, TrackRow } from '../entities/index.js';
import { UNFINISHED_STATES } from '../sessions/recording-session.js';
import { keptObjects } from '../object-state/segment-loss.js';

export interface ReleasedSegments {
  readonly count: number;
  readonly sizeBytes: number;
  readonly directories: readonly string[];
}

/**
 * Says of the oldest stored segments that only the bucket has them, and has their files deleted once the bucket's copies
 * were verified again. To be called in a transaction.
 *
 * @param before when they were committed
 */
export async function releaseSegments(
  manager: EntityManager,
  outbox: OutboxService,
  before: Date,
  limit: number,
): Promise<ReleasedSegments> {
  const rows = await manager.find(SegmentRow, {
    where: { state: 'stored', releasedAt: IsNull(), createdAt: LessThan(before) },
    order: { createdAt: 'ASC' },
    take: limit,
    ...forUpdate(manager),
  });
  const releasedAt = new Date();
  for (const row of rows) {
    const { directory, number } = row;
    await manager.update(SegmentRow, { directory, number }, { releasedAt });
    const files = keptObjects(row).map(({ objectKey, sizeBytes, sha256 }) => ({
      key: parseObjectKey(objectKey),
      sizeBytes,
      sha256,
    }));
    await outbox.release(manager, files);
  }
  return {
    count: rows.length,
    sizeBytes: rows.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    directories: [...new Set(rows.map(({ directory }) => directory))],
  };
}

/** The inits of a directory follow its last segment, unless something may still record there. In a transaction. */
export async function releaseInits(manager: EntityManager, outbox: OutboxService, directory: string): Promise<void> {
  const isHere = await manager.existsBy(SegmentRow, { directory, releasedAt: IsNull(), state: Not('lost') });
  const isInUse = await manager.existsBy(RecordingSession, { directory, state: In(UNFINISHED_STATES) });
  if (isHere || isInUse) return;
  for (const { initObjectKey, initSizeBytes, initSha256 } of await manager.findBy(TrackRow, {
    directory,
    lostAt: IsNull(),
  })) {
    const key = parseObjectKey(initObjectKey);
    if (await outbox.isUploading(manager, key)) continue;
    await outbox.release(manager, [{ key, sizeBytes: initSizeBytes, sha256: initSha256 }]);
  }
}
