import type { ExportRow } from '../entities/export-row.entity.js';
import type { ExportProgress, ExportView } from '../export.js';

/** @param progress of one that is being made here */
export function exportView(row: ExportRow, progress: ExportProgress | undefined): ExportView {
  const { id, stream, format, gaps, state, nodeAlias, problemCode, problemDetail, createdAt } = row;
  return {
    id,
    stream,
    from: row.fromAt ?? undefined,
    to: row.toAt ?? undefined,
    sessionId: row.sessionId ?? undefined,
    format,
    gaps,
    state,
    nodeAlias,
    sizeBytes: row.sizeBytes ?? undefined,
    durationMs: row.durationMs ?? undefined,
    fileName: row.fileName ?? undefined,
    problem: problemCode === null ? undefined : { code: problemCode, detail: problemDetail ?? '' },
    progress: progress ?? { writtenBytes: state === 'completed' ? (row.sizeBytes ?? 0) : 0, etaSeconds: undefined },
    createdAt,
    startedAt: row.startedAt ?? undefined,
    endedAt: row.endedAt ?? undefined,
    expiresAt: row.expiresAt ?? undefined,
  };
}
