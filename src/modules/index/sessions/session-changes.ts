import { In, type EntityManager } from 'typeorm';
import { RecordingSession } from '../entities/index.js';

/**
 * Has the rows of sessions say that something else is shown of them now: whoever keeps what was read reads it anew. To be
 * called in the transaction that changes it.
 */
export async function markChanged(manager: EntityManager, sessionIds: readonly string[]): Promise<void> {
  const ids = [...new Set(sessionIds)];
  if (ids.length > 0) await manager.update(RecordingSession, { id: In(ids) }, { updatedAt: new Date() });
}
