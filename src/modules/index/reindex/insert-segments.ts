import type { EntityManager } from 'typeorm';
import type { OutgoingObject } from '../../storage/outbox.service.js';
import { parseObjectKey } from '../../storage/ports/object-key.js';
import type { Archive } from '../archive.js';
import { SegmentRow } from '../entities/index.js';
import type { SegmentState } from '../entities/segment-row.entity.js';
import { splitKey } from '../object-names.js';
import type { DirectoryScope, Listing } from '../fsck/directory-scope.js';
import type { FileSegment } from './session-file-rows.js';

/** As many as one statement of every database takes. */
const ROWS_AT_ONCE = 200;

/**
 * Inserts segments in the state that their bytes are in, and has those uploaded that only the folder has. To be called in a
 * transaction.
 *
 * @param anchorMs wall clock of the session's time 0
 */
export async function insertSegments(
  manager: EntityManager,
  { outbox }: Archive,
  scope: DirectoryScope,
  segments: readonly Omit<FileSegment, 'isLost'>[],
  anchorMs: number,
): Promise<void> {
  for (let start = 0; start < segments.length; start += ROWS_AT_ONCE) {
    const rows = segments.slice(start, start + ROWS_AT_ONCE).map((segment) => rowOf(segment, scope, anchorMs));
    await manager.insert(SegmentRow, rows);
    const waiting = rows.filter(({ state }) => state === 'uploading');
    await outbox.upload(
      manager,
      waiting.flatMap(({ objects }) => objects.map(outgoing)),
    );
  }
}

function rowOf(segment: Omit<FileSegment, 'isLost'>, scope: DirectoryScope, anchorMs: number): SegmentRow {
  const { directory, number, sessionId, period, startMs, durationMs, sizeBytes, objects } = segment;
  const facts = { directory, number, sessionId, period, startMs, durationMs, sizeBytes, objects };
  return { ...facts, ...stateOf(objects, scope), createdAt: new Date(anchorMs + startMs + durationMs) };
}

/** Bytes of another length than they should have are as good as none. */
function stateOf(
  objects: SegmentRow['objects'],
  { local, bucket, backup }: DirectoryScope,
): { readonly state: SegmentState; readonly releasedAt: Date | null } {
  const areIn = (...listings: readonly (Listing | undefined)[]): boolean =>
    objects.every(({ objectKey, sizeBytes }) =>
      listings.some((listing) => listing?.get(splitKey(objectKey).name) === sizeBytes),
    );
  const isLocal = areIn(local);
  if (bucket !== undefined && areIn(bucket, backup))
    return { state: 'stored', releasedAt: isLocal ? null : new Date() };
  if (!isLocal) return { state: 'lost', releasedAt: null };
  return { state: bucket === undefined ? 'local' : 'uploading', releasedAt: null };
}

function outgoing({ objectKey, sizeBytes, sha256 }: SegmentRow['objects'][number]): OutgoingObject {
  return { key: parseObjectKey(objectKey), sizeBytes, sha256 };
}
