import type { EntityManager } from 'typeorm';
import type { RecordedGap } from '../../../engine/index.js';
import { GapRow, GapSumRow, RecordingSession } from '../entities/index.js';
import { lockSession } from './lock-session.js';

/** Adds a gap to its session and to the sums of the session's gaps. One that is known already may have grown. To be called in a transaction. */
export async function commitGap(manager: EntityManager, sessionId: string, gap: RecordedGap): Promise<void> {
  await lockSession(manager, sessionId);
  const key = { sessionId, kind: gap.kind, startMs: Math.round(gap.startMs) };
  const durationMs = Math.round(gap.durationMs);
  const existing = await manager.findOneBy(GapRow, key);
  const addedMs = durationMs - (existing?.durationMs ?? 0);
  if (existing !== null && addedMs <= 0) return;
  if (existing === null) await manager.insert(GapRow, { ...key, durationMs, cause: gap.cause, createdAt: new Date() });
  else await manager.update(GapRow, key, { durationMs });
  const { kind, cause } = existing ?? gap;
  const endMs = key.startMs + durationMs;
  await addUp(manager, { sessionId, kind, cause }, { gapCount: existing === null ? 1 : 0, gapMs: addedMs, endMs });
}

async function addUp(
  manager: EntityManager,
  key: Pick<GapSumRow, 'sessionId' | 'kind' | 'cause'>,
  { gapCount, gapMs, endMs }: Pick<GapSumRow, 'gapCount' | 'gapMs' | 'endMs'>,
): Promise<void> {
  const sum = await manager.findOneBy(GapSumRow, key);
  if (sum === null) await manager.insert(GapSumRow, { ...key, gapCount: 0, gapMs: 0, endMs });
  else await manager.update(GapSumRow, key, { endMs: Math.max(sum.endMs, endMs) });
  await manager.increment(GapSumRow, key, 'gapCount', gapCount);
  await manager.increment(GapSumRow, key, 'gapMs', gapMs);
  const session = { id: key.sessionId };
  await manager.increment(RecordingSession, session, 'gapCount', gapCount);
  await manager.increment(RecordingSession, session, 'gapMs', gapMs);
  await manager.update(RecordingSession, session, { updatedAt: new Date() });
}
