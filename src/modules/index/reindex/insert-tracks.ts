import type { EntityManager } from 'typeorm';
import type { Archive } from '../archive/archive.js';
import { TrackRow } from '../entities/index.js';
import { CopyFinder, isSomewhere, promiseOfInit } from '../fsck/copies.js';
import type { DirectoryScope } from '../fsck/directory-scope.js';
import type { FileTrack } from './session-file-rows.js';

/**
 * Inserts tracks that are not there, in the order they are given, and has init objects uploaded that only the folder has;
 * of those that were lost already the bytes are read. To be called in a transaction.
 */
export async function insertTracks(
  manager: EntityManager,
  archive: Archive,
  scope: DirectoryScope,
  tracks: readonly FileTrack[],
): Promise<void> {
  const now = Date.now();
  for (const [position, { isLost, ...track }] of tracks.entries()) {
    const { directory, sessionId, trackId } = track;
    if (await manager.existsBy(TrackRow, { directory, sessionId, trackId })) continue;
    const promise = promiseOfInit(track);
    const copies = await new CopyFinder(archive, scope, false).find(promise, isLost);
    const lostAt = isSomewhere(copies) ? null : new Date(now);
    await manager.insert(TrackRow, { ...track, lostAt, createdAt: new Date(now + position) });
    if (copies.local === 'good' && copies.bucket !== 'good') await archive.outbox.upload(manager, [promise]);
  }
}
