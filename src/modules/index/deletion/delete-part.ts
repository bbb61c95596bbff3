import { LessThanOrEqual, type EntityManager } from 'typeorm';
import type { OutboxService } from '../../storage/outbox.service.js';
import { parseObjectKey } from '../../storage/ports/object-key.js';
import type { DeletionReason } from '../entities/deleted-stretch.entity.js';
import { SegmentRow, SessionPart, type RecordingSession } from '../entities/index.js';
import { clearPart } from './clear-part.js';
import { rememberDeleted } from './deleted-stretches.js';
import { markDeleted } from './directory-marks.js';
import { rememberGone } from './gone-segments.js';
import { rememberLeft } from './left-media.js';
import { unpublish } from './publication.js';
import { listedDay, repointDay } from './recording-day.js';
import { movePartStart, subtractFromSession } from './subtract-segments.js';

/** A transaction of this many takes some hundredths of a second: commits of what records wait no longer. */
const SEGMENTS_AT_ONCE = 100;

export interface PartDeletion {
  readonly directory: string;
  /** False leaves files and objects where they are. */
  readonly removeObjects: boolean;
  readonly reason: DeletionReason;
  /** Zone of the days that recordings are listed under. */
  readonly timeZone: string;
  /** Session time: only segments that ended by then. All when absent. */
  readonly endedByMs?: number;
  /** Keeps the session's last segment there. */
  readonly keepsLast?: boolean;
  /** Stops at the first segment that is not in the bucket yet. */
  readonly onlyStored?: boolean;
}

export interface DeletedRows {
  readonly rows: readonly SegmentRow[];
  /** Nothing is left in the part that was to be deleted. */
  readonly isOver: boolean;
}

/**
 * Deletes the oldest segments of the oldest part of a session, and with the last of them what else the session has there.
 * When objects stay all rows go at once, so that no session file is ever written that lacks some of them.
 * To be called in a transaction, again until it is over; each time the rows that are left are true.
 */
export async function deletePart(
  manager: EntityManager,
  outbox: OutboxService,
  session: RecordingSession,
  deletion: PartDeletion,
): Promise<DeletedRows> {
  const { directory, removeObjects, reason, timeZone } = deletion;
  const part = await manager.findOneBy(SessionPart, { directory, sessionId: session.id });
  if (part === null) {
    await clearPart(manager, outbox, { directory, sessionId: session.id }, { removeObjects, lastNumber: 0 });
    return { rows: [], isOver: true };
  }
  const { rows, next, isOver } = await oldestSegments(manager, part, deletion);
  const last = rows.at(-1);
  if (last === undefined && next !== undefined) return { rows, isOver };
  await unpublish(manager, directory);
  if (last !== undefined) {
    const { sessionId } = part;
    await manager.delete(SegmentRow, { directory, sessionId, number: LessThanOrEqual(last.number) });
    await markDeleted(manager, directory, { lastNumber: last.number, initKeys: [] });
    await rememberDeleted(manager, session, part, { rows, reason });
    await rememberGone(manager, session, rows);
    if (removeObjects) await deleteMedia(manager, outbox, rows);
    else await rememberLeft(manager, part, rows);
  }
  const { stream } = part;
  const before = listedDay(part, timeZone);
  const startsAt = next && (await movePartStart(manager, session, part, { rows, next }));
  if (next === undefined) await clearPart(manager, outbox, part, { removeObjects, lastNumber: last?.number ?? 0 });
  await subtractFromSession(manager, session, rows, next === undefined);
  await repointDay(manager, { stream, day: before, nearMs: part.startedAt.getTime(), timeZone });
  if (startsAt !== undefined) {
    const day = listedDay({ stream, directory, startedAt: startsAt }, timeZone);
    await repointDay(manager, { stream, day, nearMs: startsAt.getTime(), timeZone });
  }
  return { rows, isOver };
}

interface OldestSegments extends DeletedRows {
  /** The first that stays; undefined when none does. */
  readonly next: SegmentRow | undefined;
}

async function oldestSegments(
  manager: EntityManager,
  { directory, sessionId }: SessionPart,
  { removeObjects, endedByMs = Infinity, keepsLast = false, onlyStored = false }: PartDeletion,
): Promise<OldestSegments> {
  const found = await manager.find(SegmentRow, {
    where: { directory, sessionId },
    order: { number: 'ASC' },
    ...(removeObjects ? { take: SEGMENTS_AT_ONCE + 1 } : {}),
  });
  const stays = found.findIndex(
    ({ startMs, durationMs, state }, index) =>
      startMs + durationMs > endedByMs ||
      (onlyStored && state === 'uploading') ||
      (keepsLast && index === found.length - 1) ||
      (removeObjects && index === SEGMENTS_AT_ONCE),
  );
  const isPage = removeObjects && stays === SEGMENTS_AT_ONCE;
  const rows = stays === -1 ? found : found.slice(0, stays);
  return { rows, next: stays === -1 ? undefined : found[stays], isOver: !isPage };
}

async function deleteMedia(manager: EntityManager, outbox: OutboxService, rows: readonly SegmentRow[]): Promise<void> {
  const objects = rows.flatMap((row) => row.objects);
  const sizes = new Map(objects.map(({ objectKey, sizeBytes }) => [objectKey, sizeBytes]));
  await outbox.delete(
    manager,
    objects.map(({ objectKey }) => parseObjectKey(objectKey)),
    { sizes },
  );
}
