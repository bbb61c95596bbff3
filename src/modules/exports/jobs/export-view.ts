import type { ExportRow } from '../entities/export-row.entity.js';
import type { ExportProgress, ExportView } from '../export.js';
import { progressAfter } from './running-export.js';

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
    progress: progress ?? progressOf(row),
    createdAt,
    startedAt: row.startedAt ?? undefined,
    endedAt: row.endedAt ?? undefined,
    expiresAt: row.expiresAt ?? undefined,
  };
}

/** As far as the row says. */
function progressOf({ state, sizeBytes, writtenBytes, startedAt }: ExportRow): ExportProgress {
  if (state === 'completed') return { writtenBytes: sizeBytes ?? 0, etaSeconds: undefined };
  if (state !== 'running') return { writtenBytes: 0, etaSeconds: undefined };
  return progressAfter(Date.now() - (startedAt?.getTime() ?? Date.now()), writtenBytes ?? 0, sizeBytes ?? undefined);
}
