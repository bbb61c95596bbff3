import type { EntityManager } from 'typeorm';
import type { Archive } from '../archive/archive.js';
import { listedDay, repointDay } from '../deletion/recording-day.js';
import { GapRow, GapSumRow, RecordingSession, SessionPart } from '../entities/index.js';
import { sumsOfParts, sumsOfSession } from '../sessions/session-sums.js';

/**
 * Makes parts, sums and days of what was inserted in a directory. To be called in a transaction.
 *
 * @param partStarts wall clock of a session's first media there, where that is known
 */
export async function settleDirectory(
  manager: EntityManager,
  { timeZone }: Pick<Archive, 'timeZone'>,
  directory: string,
  partStarts: ReadonlyMap<string, Date> = new Map(),
): Promise<void> {
  for (const [sessionId, sums] of await sumsOfParts(manager, directory)) {
    const session = await manager.findOneByOrFail(RecordingSession, { id: sessionId });
    const known = await manager.findOneBy(SessionPart, { directory, sessionId });
    const { stream } = session;
    const isFirst = !(await manager.existsBy(SessionPart, { sessionId }));
    const ownStart = isFirst ? session.startedAt : wallClock(session, sums.startMs);
    const startedAt = partStarts.get(sessionId) ?? known?.startedAt ?? ownStart;
    await manager.save(SessionPart, { directory, sessionId, stream, startedAt, ...sums });
    await settleSession(manager, sessionId);
    const day = listedDay({ stream, directory, startedAt }, timeZone);
    await repointDay(manager, { stream, day, nearMs: startedAt.getTime(), timeZone });
  }
}

async function settleSession(manager: EntityManager, sessionId: string): Promise<void> {
  await manager.update(RecordingSession, { id: sessionId }, await sumsOfSession(manager, sessionId));
  const sums = await manager
    .createQueryBuilder(GapRow, 'gap')
    .select('gap.kind', 'kind')
    .addSelect('gap.cause', 'cause')
    .addSelect('COUNT(*)', 'gapCount')
    .addSelect('SUM(gap.durationMs)', 'gapMs')
    .addSelect('MAX(gap.startMs + gap.durationMs)', 'endMs')
    .where('gap.sessionId = :sessionId', { sessionId })
    .groupBy('gap.kind')
    .addGroupBy('gap.cause')
    .getRawMany<Record<keyof Omit<GapSumRow, 'sessionId'>, string | number>>();
  for (const { kind, cause, gapCount, gapMs, endMs } of sums) {
    const key = { sessionId, kind: kind as GapSumRow['kind'], cause: cause as GapSumRow['cause'] };
    const made = { gapCount: Number(gapCount), gapMs: Number(gapMs), endMs: Number(endMs) };
    await manager.save(GapSumRow, { ...key, ...made });
  }
}

function wallClock({ anchoredAt, startedAt }: RecordingSession, sessionMs: number): Date {
  return new Date((anchoredAt ?? startedAt).getTime() + sessionMs);
}
