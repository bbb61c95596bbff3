import type { DataSource, EntityManager } from 'typeorm';
import { afterCommit } from '../../../persistence/transaction.js';
import { RecordingSession } from '../entities/index.js';
import type { IndexEvent, IndexListener } from '../ports/index-event.js';

const listenersOf = new WeakMap<DataSource, Set<IndexListener>>();

/** @returns a function that ends the listening */
export function onIndexEvent(dataSource: DataSource, listener: IndexListener): () => void {
  const listeners = listenersOf.get(dataSource) ?? new Set();
  listenersOf.set(dataSource, listeners.add(listener));
  return () => listeners.delete(listener);
}

/** Tells of a change when, and if, its transaction is committed. @param manager of the transaction */
export function tellWhenCommitted(manager: EntityManager, event: IndexEvent): void {
  afterCommit(manager, () => {
    for (const listener of listenersOf.get(manager.dataSource) ?? []) listener(event);
  });
}

/**
 * Tells how a session is after what the transaction has done so far. Reads nothing when nobody listens.
 *
 * @param manager of the transaction
 */
export async function tellSession(manager: EntityManager, sessionId: string): Promise<void> {
  if ((listenersOf.get(manager.dataSource)?.size ?? 0) === 0) return;
  const session = await manager.findOneBy(RecordingSession, { id: sessionId });
  if (session !== null) tellWhenCommitted(manager, { type: 'session-changed', session });
}
