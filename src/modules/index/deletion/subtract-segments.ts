import type { EntityManager } from 'typeorm';
import { CompletenessRow, GapRow, GapSumRow, RecordingSession, SessionPart, SegmentRow } from '../entities/index.js';
import { sumsOfSession } from '../sessions/session-sums.js';

/** @returns the wall clock of the part's first media now */
export async function movePartStart(
  manager: EntityManager,
  session: RecordingSession,
  part: SessionPart,
  { rows, next }: { readonly rows: readonly SegmentRow[]; readonly next: SegmentRow },
): Promise<Date> {
  const { directory, sessionId } = part;
  const startMs = (await manager.minimum(SegmentRow, 'startMs', { directory, sessionId })) ?? next.startMs;
  const startedAt = new Date((session.anchoredAt ?? session.startedAt).getTime() + startMs);
  await manager.update(
    SessionPart,
    { directory, sessionId },
    {
      startedAt,
      firstNumber: next.number,
      segmentCount: part.segmentCount - rows.length,
      startMs,
      sizeBytes: part.sizeBytes - sumOf(rows, 'sizeBytes'),
    },
  );
  return startedAt;
}

/**
 * The sums of a session after some of its segments went; its parts are true already. To be called in a transaction.
 *
 * @param hasLostPart counts all that is left anew: what ended the session may be what went
 */
export async function subtractFromSession(
  manager: EntityManager,
  session: RecordingSession,
  rows: readonly SegmentRow[],
  hasLostPart: boolean,
): Promise<void> {
  const { id } = session;
  const firstMediaMs = await manager.minimum(SessionPart, 'startMs', { sessionId: id });
  const forgotten = firstMediaMs === null ? NO_GAPS : await forgetGaps(manager, id, firstMediaMs);
  await subtractFrames(manager, id, rows);
  const sums = hasLostPart
    ? await sumsOfSession(manager, id)
    : {
        firstMediaMs,
        sizeBytes: session.sizeBytes - sumOf(rows, 'sizeBytes'),
        durationMs: session.durationMs - sumOf(rows, 'durationMs'),
        segmentCount: session.segmentCount - rows.length,
        gapCount: session.gapCount - forgotten.count,
        gapMs: session.gapMs - forgotten.ms,
      };
  await manager.update(RecordingSession, { id }, { ...sums, updatedAt: new Date() });
}

interface ForgottenGaps {
  readonly count: number;
  readonly ms: number;
}

const NO_GAPS: ForgottenGaps = { count: 0, ms: 0 };

/** Gaps of times that are not recorded any more: they say nothing of what is left. */
async function forgetGaps(manager: EntityManager, sessionId: string, firstMediaMs: number): Promise<ForgottenGaps> {
  const gaps = await manager
    .createQueryBuilder(GapRow, 'gap')
    .where('gap.sessionId = :sessionId AND gap.startMs + gap.durationMs <= :firstMediaMs', { sessionId, firstMediaMs })
    .getMany();
  for (const { kind, startMs, durationMs, cause } of gaps) {
    await manager.delete(GapRow, { sessionId, kind, startMs });
    const sum = { sessionId, kind, cause };
    await manager.decrement(GapSumRow, sum, 'gapCount', 1);
    await manager.decrement(GapSumRow, sum, 'gapMs', durationMs);
    await manager.delete(GapSumRow, { ...sum, gapCount: 0 });
  }
  return { count: gaps.length, ms: gaps.reduce((sum, { durationMs }) => sum + durationMs, 0) };
}

async function subtractFrames(manager: EntityManager, sessionId: string, rows: readonly SegmentRow[]): Promise<void> {
  const objects = rows.flatMap((row) => row.objects);
  for (const kind of ['video', 'audio'] as const) {
    const samples = objects.reduce((sum, object) => sum + (object.kind === kind ? object.samples : 0), 0);
    if (samples > 0) await manager.decrement(CompletenessRow, { sessionId, kind }, 'framesRecorded', samples);
  }
}

function sumOf(rows: readonly SegmentRow[], of: 'sizeBytes' | 'durationMs'): number {
  return rows.reduce((sum, row) => sum + row[of], 0);
}
