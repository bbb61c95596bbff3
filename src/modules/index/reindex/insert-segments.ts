import type { EntityManager } from 'typeorm';
import type { Archive } from '../archive/archive.js';
import { SegmentRow } from '../entities/index.js';
import { CopyFinder, isSomewhere, placeOfCopies, promiseOf, type Copies } from '../fsck/copies.js';
import type { DirectoryScope } from '../fsck/directory-scope.js';
import { lossColumns } from '../object-state/segment-loss.js';
import type { FileSegment } from './session-file-rows.js';

/** As many as one statement of every database takes. */
const ROWS_AT_ONCE = 200;

/**
 * Inserts segments in the state that their bytes are in, and has those uploaded that only the folder has. Bytes of another
 * length than they should have are as good as none; of what was lost already the bytes are read. To be called in a transaction.
 *
 * @param anchorMs wall clock of the session's time 0
 */
export async function insertSegments(
  manager: EntityManager,
  archive: Archive,
  scope: DirectoryScope,
  segments: readonly FileSegment[],
  anchorMs: number,
): Promise<void> {
  const finder = new CopyFinder(archive, scope, false);
  for (let start = 0; start < segments.length; start += ROWS_AT_ONCE) {
    const rows: SegmentRow[] = [];
    const waiting: SegmentRow['objects'][number][] = [];
    for (const { knownLost, ...facts } of segments.slice(start, start + ROWS_AT_ONCE)) {
      const found = new Map<string, Copies>();
      for (const object of facts.objects) {
        const copies = await finder.find(promiseOf(object), knownLost.includes(object.trackId));
        if (isSomewhere(copies)) found.set(object.trackId, copies);
      }
      const lost = new Set(facts.objects.map(({ trackId }) => trackId).filter((trackId) => !found.has(trackId)));
      const place = placeOfCopies([...found.values()], archive.outbox.hasBucket);
      const createdAt = new Date(anchorMs + facts.startMs + facts.durationMs);
      const row = { ...facts, ...place, ...lossColumns(facts.objects, lost, place.state), createdAt };
      rows.push(row);
      if (row.state !== 'uploading') continue;
      waiting.push(...facts.objects.filter(({ trackId }) => (found.get(trackId)?.bucket ?? 'good') !== 'good'));
    }
    await manager.insert(SegmentRow, rows);
    await archive.outbox.upload(manager, waiting.map(promiseOf));
  }
}
