import { setImmediate } from 'node:timers/promises';
import type { EntityManager } from 'typeorm';
import { inTransaction } from '../../../persistence/transaction.js';
import type { OutboxService } from '../../storage/outbox.service.js';
import { SessionPart, type RecordingSession } from '../entities/index.js';
import { takeSession } from '../commits/lock-session.js';
import { UNFINISHED_STATES } from '../sessions/recording-session.js';
import { deletePart, type PartDeletion } from './delete-part.js';
import { DeletionTally, type Deletion, type DeletionOptions } from './delete-recordings.js';

export interface TrimOptions extends Pick<DeletionOptions, 'timeZone' | 'undisturbed'> {
  /** Wall clock: segments that ended by then go. */
  readonly endedBy: Date;
  /** Stops at the first segment that is not in the bucket yet. */
  readonly onlyStored: boolean;
}

/**
 * For retention: deletes the old segments of a session, with their objects, and keeps the session with what is left and true sums. Of a
 * session that still records the last segment stays: what comes goes on from it. One that is held stays as it is.
 *
 * @param manager not that of a transaction
 */
export async function trimSession(
  manager: EntityManager,
  outbox: OutboxService,
  sessionId: string,
  options: TrimOptions,
): Promise<Deletion> {
  const tally = new DeletionTally();
  const { undisturbed = (_, work) => work() } = options;
  const parts = await manager.find(SessionPart, { where: { sessionId }, order: { startMs: 'ASC' } });
  const last = parts.at(-1)?.directory;
  for (const { directory } of parts) {
    const deleteNext = async (): Promise<boolean> => {
      const { rows, isOver } = await inTransaction(manager.dataSource, async (transaction) => {
        const session = await takeSession(transaction, sessionId);
        if (session?.heldAt !== null) return { rows: [], isOver: true };
        const bounds = { ...boundsOf(session, options), directory };
        const keepsLast = directory === last && UNFINISHED_STATES.includes(session.state);
        return deletePart(transaction, outbox, session, { ...bounds, keepsLast });
      });
      if (rows.length > 0) tally.enter(directory);
      tally.add(rows);
      return isOver;
    };
    while (!(await undisturbed(directory, deleteNext))) await setImmediate();
    if (await manager.existsBy(SessionPart, { sessionId, directory })) break;
  }
  return tally;
}

function boundsOf(
  session: RecordingSession,
  { endedBy, onlyStored, timeZone }: TrimOptions,
): Omit<PartDeletion, 'directory'> {
  const anchor = session.anchoredAt ?? session.startedAt;
  return {
    endedByMs: endedBy.getTime() - anchor.getTime(),
    onlyStored,
    timeZone,
    removeObjects: true,
    reason: 'expired',
  };
}
