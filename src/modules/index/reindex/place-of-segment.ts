import { randomUUID } from 'node:crypto';
import { Between, LessThan, MoreThan, type EntityManager } from 'typeorm';
import { EMPTY_SESSION } from '../sessions/empty-session.js';
import { RecordingSession, SegmentRow } from '../entities/index.js';
import type { DirectoryScope } from '../fsck/directory-scope.js';
import { manifestPath } from '../directories/object-names.js';
import type { RowlessSegment } from './rowless-media.js';

/** The day of a default directory behind the name of its stream. */
const DATED = /^(.+)\/\d{4}\/\d{2}\/\d{2}$/;
/** Media that begins later than this after the last is another Period: there was a break. */
const SEAMLESS_MS = 100;

/** The session that a segment is of, and its Period there. */
export interface SegmentPlace {
  readonly session: RecordingSession;
  readonly period: number;
  readonly isNew: boolean;
}

/** Numbers and times of a session grow together. To be called in a transaction, in the order of the numbers. */
export async function placeOfSegment(
  manager: EntityManager,
  scope: DirectoryScope,
  segment: RowlessSegment,
): Promise<SegmentPlace> {
  const { directory } = scope;
  const { number, startMs } = segment;
  const [before] = await manager.find(SegmentRow, {
    where: { directory, number: LessThan(number) },
    order: { number: 'DESC' },
    take: 1,
  });
  const [after] = await manager.find(SegmentRow, {
    where: { directory, number: MoreThan(number) },
    order: { number: 'ASC' },
    take: 1,
  });
  const next = after?.sessionId === before?.sessionId ? after : undefined;
  if (before !== undefined && startMs > before.startMs && startMs < (next?.startMs ?? Infinity)) {
    const period = Math.min(periodAfter(before, segment), next?.period ?? Infinity);
    return { session: await sessionOf(manager, before), period, isNew: false };
  }
  if (after !== undefined && next === undefined && (await isBegun(manager, after, startMs))) {
    return { session: await sessionOf(manager, after), period: after.period, isNew: false };
  }
  return { session: await insertSession(manager, scope, segment), period: 0, isNew: true };
}

/** A session that was made for media of which nothing else is known ends with it. To be called in a transaction. */
export async function endSession(manager: EntityManager, id: string): Promise<void> {
  const { anchoredAt, startedAt, endMs } = await manager.findOneByOrFail(RecordingSession, { id });
  const endedAt = new Date((anchoredAt ?? startedAt).getTime() + endMs);
  await manager.update(RecordingSession, { id }, { endedAt, publishedAt: new Date() });
}

function sessionOf(manager: EntityManager, { sessionId }: SegmentRow): Promise<RecordingSession> {
  return manager.findOneByOrFail(RecordingSession, { id: sessionId });
}

/** Whether the time was the session's before its first segment there: nothing else of it lies between. */
async function isBegun(
  manager: EntityManager,
  { sessionId, startMs: endMs }: SegmentRow,
  startMs: number,
): Promise<boolean> {
  if (startMs >= endMs) return false;
  return !(await manager.existsBy(SegmentRow, { sessionId, startMs: Between(startMs, endMs - 1) }));
}

function periodAfter(before: SegmentRow, { startMs, objects }: RowlessSegment): number {
  const isSeamless = startMs - before.startMs - before.durationMs <= SEAMLESS_MS;
  const hasSameTracks = objects.every(({ kind, trackId }) =>
    before.objects.every((earlier) => earlier.kind !== kind || earlier.trackId === trackId),
  );
  return isSeamless && hasSameTracks ? before.period : before.period + 1;
}

async function insertSession(
  manager: EntityManager,
  { directory, sessions }: DirectoryScope,
  { startMs, endMs, modifiedAtMs }: RowlessSegment,
): Promise<RecordingSession> {
  const [known] = sessions.values();
  const dated = DATED.exec(directory)?.[1];
  const startedAt = new Date(modifiedAtMs - (endMs - startMs));
  const row: RecordingSession = Object.assign(new RecordingSession(), {
    id: randomUUID(),
    stream: known?.stream ?? dated ?? directory,
    nodeAlias: known?.nodeAlias ?? '',
    trigger: 'auto',
    state: 'completed',
    reason: 'node-stopped',
    directory,
    baseDir: dated === undefined ? directory : null,
    mpdPath: manifestPath(directory),
    startedAt,
    interruptedAt: null,
    endedAt: null,
    anchoredAt: new Date(modifiedAtMs - endMs),
    ...EMPTY_SESSION,
    createdAt: startedAt,
    updatedAt: new Date(),
  } as const);
  await manager.insert(RecordingSession, row);
  return row;
}
