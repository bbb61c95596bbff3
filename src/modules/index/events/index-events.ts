import type { DataSource, EntityManager } from 'typeorm';
import { afterCommit, beforeCommit } from '../../../persistence/transaction.js';
import { RecordingSession } from '../entities/index.js';
import type { IndexEvent, IndexListener, IndexWriter } from '../ports/index-event.js';

const listenersOf = new WeakMap<DataSource, Set<IndexListener>>();
const writersOf = new WeakMap<DataSource, IndexWriter[]>();

/** @returns a function that ends the listening */
export function onIndexEvent(dataSource: DataSource, listener: IndexListener): () => void {
  const listeners = listenersOf.get(dataSource) ?? new Set();
  listenersOf.set(dataSource, listeners.add(listener));
  return () => listeners.delete(listener);
}

/** Has `writer` write rows of its own in each transaction that changes something. */
export function onIndexWrite(dataSource: DataSource, writer: IndexWriter): void {
  writersOf.set(dataSource, [...(writersOf.get(dataSource) ?? []), writer]);
}

/** Tells of a change when, and if, its transaction is committed. @param manager of the transaction */
export function tellWhenCommitted(manager: EntityManager, event: IndexEvent): void {
  for (const writer of writersOf.get(manager.dataSource) ?? []) beforeCommit(manager, () => writer(manager, event));
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
  const { dataSource } = manager;
  if ((listenersOf.get(dataSource)?.size ?? 0) === 0 && !writersOf.has(dataSource)) return;
  const session = await manager.findOneBy(RecordingSession, { id: sessionId });
  if (session !== null) tellWhenCommitted(manager, { type: 'session-changed', session });
}
