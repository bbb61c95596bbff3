import { MoreThan, LessThan, type EntityManager } from 'typeorm';
import { DeletedStretch, type RecordingSession, type SegmentRow, type SessionPart } from '../entities/index.js';
import type { DeletionReason } from '../entities/deleted-stretch.entity.js';

/**
 * Remembers when deleted segments had been recorded. What is deleted of a part by and by becomes one stretch, gaps between
 * included. To be called in the transaction that deletes their rows.
 *
 * @param rows at least one, in order
 */
export async function rememberDeleted(
  manager: EntityManager,
  session: RecordingSession,
  { directory, sessionId, stream }: SessionPart,
  { rows, reason }: { readonly rows: readonly SegmentRow[]; readonly reason: DeletionReason },
): Promise<void> {
  const zeroMs = (session.anchoredAt ?? session.startedAt).getTime();
  const before = await manager.findOneBy(DeletedStretch, { directory, sessionId, reason });
  const starts = rows.map(({ startMs }) => zeroMs + startMs);
  const ends = rows.map(({ startMs, durationMs }) => zeroMs + startMs + durationMs);
  const startedAt = new Date(Math.min(before?.startedAt.getTime() ?? Infinity, ...starts));
  const endedAt = new Date(Math.max(before?.endedAt.getTime() ?? -Infinity, ...ends));
  await manager.save(DeletedStretch, { directory, sessionId, reason, stream, startedAt, endedAt });
}

/** What a directory has of a session is there again. To be called in the transaction that inserts its rows. */
export async function forgetDeleted(
  manager: EntityManager,
  place: Pick<DeletedStretch, 'directory' | 'sessionId'>,
): Promise<void> {
  await manager.delete(DeletedStretch, place);
}

/** @returns what was deleted of a stream in some time, wall clock in epoch milliseconds, the oldest first */
export function findDeleted(
  manager: EntityManager,
  stream: string,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): Promise<DeletedStretch[]> {
  return manager.find(DeletedStretch, {
    where: { stream, endedAt: MoreThan(new Date(fromMs)), startedAt: LessThan(new Date(toMs)) },
    order: { startedAt: 'ASC' },
  });
}

/** @returns why what a session of a stream had is gone; undefined when nothing of it was deleted */
export async function whySessionDeleted(
  manager: EntityManager,
  stream: string,
  sessionId: string,
): Promise<DeletionReason | undefined> {
  const [last] = await manager.find(DeletedStretch, {
    where: { sessionId, stream },
    order: { endedAt: 'DESC' },
    take: 1,
  });
  return last?.reason;
}
