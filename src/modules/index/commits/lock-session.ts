import type { EntityManager } from 'typeorm';
import { forUpdate, locksRows } from '../../../persistence/row-locks.js';
import { RecordingSession } from '../entities/index.js';

/** @returns the session, which is nobody else's to change until the end of this transaction, nor its segments, parts, gaps and sums */
export function takeSession(manager: EntityManager, id: string): Promise<RecordingSession | null> {
  return manager.findOne(RecordingSession, { where: { id }, ...forUpdate(manager) });
}

/** As {@link takeSession}, for what needs nothing of the row. */
export async function lockSession(manager: EntityManager, id: string): Promise<void> {
  if (locksRows(manager)) await takeSession(manager, id);
}

/** Name to lock for changes of a stream's days; to be locked after the session. */
export const daysOf = (stream: string): string => `days of ${stream}`;

/** Name to lock for changes of what a directory remembers and which inits it has; to be locked after the session. */
export const namesIn = (directory: string): string => `names in ${directory}`;
