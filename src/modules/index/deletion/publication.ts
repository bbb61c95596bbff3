import { In, IsNull, Not, type DataSource, type EntityManager } from 'typeorm';
import { inTransaction } from '../../../persistence/transaction.js';
import { RecordingSession, SessionPart } from '../entities/index.js';
import { UNFINISHED_STATES } from '../sessions/recording-session.js';

/**
 * Remembers that the files of a directory say more than its rows: when this server does not write them anew, its next start
 * does. To be called in the transaction that deletes rows.
 */
export async function unpublish(manager: EntityManager, directory: string): Promise<void> {
  const parts = await manager.findBy(SessionPart, { directory });
  const id = In(parts.map(({ sessionId }) => sessionId));
  await manager.update(RecordingSession, { id, publishedAt: Not(IsNull()) }, { publishedAt: null });
}

/** The files of these directories say what the rows say: so do those of the sessions that are nowhere else. */
export function markPublished(dataSource: DataSource, directories: ReadonlySet<string>): Promise<void> {
  return inTransaction(dataSource, async (manager) => {
    const here = await manager.findBy(SessionPart, { directory: In([...directories]) });
    const ids = [...new Set(here.map(({ sessionId }) => sessionId))];
    const parts = await manager.findBy(SessionPart, { sessionId: In(ids) });
    const elsewhere = new Set(parts.filter((part) => !directories.has(part.directory)).map((part) => part.sessionId));
    const id = In(ids.filter((one) => !elsewhere.has(one)));
    const isUnpublished = { id, publishedAt: IsNull(), state: Not(In(UNFINISHED_STATES)) };
    await manager.update(RecordingSession, isUnpublished, { publishedAt: new Date() });
  });
}
