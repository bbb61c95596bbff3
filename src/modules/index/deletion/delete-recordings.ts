import { setImmediate } from 'node:timers/promises';
import type { EntityManager } from 'typeorm';
import { inTransaction } from '../../../persistence/transaction.js';
import type { OutboxService } from '../../storage/outbox.service.js';
import {
  CompletenessRow,
  GapRow,
  GapSumRow,
  RecordingSession,
  SessionPart,
  type SegmentRow,
  TrackRow,
} from '../entities/index.js';
import {
  RecordingSessionHeldError,
  RecordingSessionUnfinishedError,
  UnknownRecordingSessionError,
} from '../index.errors.js';
import { takeSession } from '../commits/lock-session.js';
import { tellWhenCommitted } from '../events/index-events.js';
import { manifestPath } from '../directories/object-names.js';
import { UNFINISHED_STATES } from '../sessions/recording-session.js';
import { deletePart, type PartDeletion } from './delete-part.js';

/** Without removing objects the session file stays too, by which reindex takes everything up again. */
export interface DeletionOptions extends Pick<PartDeletion, 'removeObjects' | 'reason' | 'timeZone'> {
  /** Runs `work` while nobody writes manifests and session files of the directory. */
  readonly undisturbed?: (directory: string, work: () => Promise<boolean>) => Promise<boolean>;
}

export interface Deletion {
  /** Directories that had something of it: manifests of those that have something left are to be written anew. */
  readonly directories: readonly string[];
  readonly segmentCount: number;
  readonly sizeBytes: number;
}

/**
 * Deletes whole sessions: rows first, their objects through the outbox in the same transactions. A session goes segment by
 * segment, oldest first, in many short transactions, each of which leaves rows that are true; its own row goes last.
 * Nothing is deleted when one of the sessions may not be.
 *
 * @param manager not that of a transaction
 * @throws {UnknownRecordingSessionError | RecordingSessionUnfinishedError | RecordingSessionHeldError}
 */
export async function deleteSessions(
  manager: EntityManager,
  outbox: OutboxService,
  sessionIds: readonly string[],
  options: DeletionOptions,
): Promise<Deletion> {
  for (const sessionId of sessionIds) await deletableSession(manager, sessionId);
  const tally = new DeletionTally();
  for (const sessionId of sessionIds) await deleteSession(manager, outbox, { ...options, sessionId, tally });
  return tally;
}

/**
 * Deletes what sessions have in some directories. A session that has nothing left goes altogether.
 * Nothing is deleted when one of the sessions may not be.
 *
 * @param manager not that of a transaction
 * @throws {UnknownRecordingSessionError | RecordingSessionUnfinishedError | RecordingSessionHeldError}
 */
export async function deleteParts(
  manager: EntityManager,
  outbox: OutboxService,
  parts: readonly Pick<SessionPart, 'directory' | 'sessionId'>[],
  options: DeletionOptions,
): Promise<Deletion> {
  const sessionIds = new Set(parts.map(({ sessionId }) => sessionId));
  for (const sessionId of sessionIds) await deletableSession(manager, sessionId);
  const tally = new DeletionTally();
  for (const { directory, sessionId } of parts) {
    await deleteDirectory(manager, outbox, { ...options, directory, sessionId, tally });
  }
  for (const sessionId of sessionIds) {
    const [last] = await manager.find(SessionPart, { where: { sessionId }, order: { startMs: 'DESC' }, take: 1 });
    if (last === undefined) await deleteSession(manager, outbox, { ...options, sessionId, tally });
    else await inTransaction(manager.dataSource, (transaction) => endIn(transaction, last));
  }
  return tally;
}

/** A session of which the last directory went ends in the one before. */
async function endIn(manager: EntityManager, { directory, sessionId }: SessionPart): Promise<void> {
  const mpdPath = manifestPath(directory);
  await manager.update(RecordingSession, { id: sessionId }, { directory, mpdPath, updatedAt: new Date() });
}

/** What was deleted so far. */
export class DeletionTally implements Deletion {
  segmentCount = 0;
  sizeBytes = 0;
  private readonly touched = new Set<string>();

  get directories(): readonly string[] {
    return [...this.touched];
  }

  enter(directory: string): void {
    this.touched.add(directory);
  }

  add(rows: readonly SegmentRow[]): void {
    this.segmentCount += rows.length;
    this.sizeBytes += rows.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }
}

interface SessionDeletion extends DeletionOptions {
  readonly sessionId: string;
  readonly tally: DeletionTally;
}

async function deleteSession(manager: EntityManager, outbox: OutboxService, deletion: SessionDeletion): Promise<void> {
  const { sessionId } = deletion;
  for (const directory of await directoriesOf(manager, sessionId)) {
    await deleteDirectory(manager, outbox, { ...deletion, directory });
  }
  await inTransaction(manager.dataSource, (transaction) => forget(transaction, sessionId));
}

type DirectoryDeletion = SessionDeletion & Pick<PartDeletion, 'directory'>;

async function deleteDirectory(
  manager: EntityManager,
  outbox: OutboxService,
  deletion: DirectoryDeletion,
): Promise<void> {
  const { directory, tally, undisturbed = (_, work) => work() } = deletion;
  tally.enter(directory);
  const deleteNext = (): Promise<boolean> => deleteFrom(manager, outbox, deletion);
  while (!(await undisturbed(directory, deleteNext))) await setImmediate();
}

/** In the order they were recorded into, then those with a track of which nothing was recorded. */
async function directoriesOf(manager: EntityManager, sessionId: string): Promise<string[]> {
  const parts = await manager.find(SessionPart, { where: { sessionId }, order: { startMs: 'ASC' } });
  const tracks = await manager.find(TrackRow, { select: { directory: true }, where: { sessionId } });
  return [...new Set([...parts, ...tracks].map(({ directory }) => directory))];
}

async function deleteFrom(
  manager: EntityManager,
  outbox: OutboxService,
  deletion: DirectoryDeletion,
): Promise<boolean> {
  const { rows, isOver } = await inTransaction(manager.dataSource, async (transaction) => {
    const session = await deletableSession(transaction, deletion.sessionId);
    return deletePart(transaction, outbox, session, deletion);
  });
  deletion.tally.add(rows);
  return isOver;
}

/** Of a session without media. */
async function forget(manager: EntityManager, sessionId: string): Promise<void> {
  const { stream } = await deletableSession(manager, sessionId);
  for (const entity of [GapRow, GapSumRow, CompletenessRow]) await manager.delete(entity, { sessionId });
  await manager.delete(RecordingSession, { id: sessionId });
  tellWhenCommitted(manager, { type: 'session-deleted', sessionId, stream });
}

/** In a transaction nobody else may hold it or have it deleted from now on. */
async function deletableSession(manager: EntityManager, id: string): Promise<RecordingSession> {
  const session = await takeSession(manager, id);
  if (session === null) throw new UnknownRecordingSessionError(id);
  if (UNFINISHED_STATES.includes(session.state)) throw new RecordingSessionUnfinishedError(id);
  if (session.heldAt !== null) throw new RecordingSessionHeldError(id);
  return session;
}
