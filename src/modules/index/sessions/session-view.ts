import type { RecordingSession } from '../entities/index.js';
import type { RecordingSessionView } from './recording-session.js';

/** What others see of a session's row. */
export function sessionView(row: RecordingSession): RecordingSessionView {
  return {
    id: row.id,
    stream: row.stream,
    nodeAlias: row.nodeAlias,
    trigger: row.trigger,
    state: row.state,
    reason: row.reason ?? undefined,
    directory: row.directory,
    baseDir: row.baseDir ?? undefined,
    mpdPath: row.mpdPath,
    startedAt: row.startedAt,
    interruptedAt: row.interruptedAt ?? undefined,
    endedAt: row.endedAt ?? undefined,
    anchorEpochMs: row.anchoredAt?.getTime(),
    firstMediaMs: row.firstMediaMs ?? undefined,
    endMs: row.endMs,
    durationMs: row.durationMs,
    sizeBytes: row.sizeBytes,
    segmentCount: row.segmentCount,
    nextPeriod: row.nextPeriod,
    gapCount: row.gapCount,
    gapMs: row.gapMs,
    unrecorded: row.unrecorded ?? [],
  };
}
