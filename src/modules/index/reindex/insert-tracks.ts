import type { EntityManager } from 'typeorm';
import { parseObjectKey } from '../../storage/ports/object-key.js';
import type { Archive } from '../archive.js';
import { TrackRow } from '../entities/index.js';
import type { DirectoryScope } from '../fsck/directory-scope.js';
import { splitKey } from '../object-names.js';

/**
 * Inserts tracks that are not there, in the order they are given, and has init objects uploaded that only the folder has. To be
 * called in a transaction.
 */
export async function insertTracks(
  manager: EntityManager,
  { outbox }: Archive,
  { bucket, backup }: DirectoryScope,
  tracks: readonly Omit<TrackRow, 'createdAt'>[],
): Promise<void> {
  const now = Date.now();
  for (const [position, track] of tracks.entries()) {
    const { directory, sessionId, trackId, initObjectKey, initSizeBytes: sizeBytes, initSha256: sha256 } = track;
    if (await manager.existsBy(TrackRow, { directory, sessionId, trackId })) continue;
    await manager.insert(TrackRow, { ...track, createdAt: new Date(now + position) });
    const { name } = splitKey(initObjectKey);
    if (bucket?.get(name) === sizeBytes || backup?.get(name) === sizeBytes) continue;
    await outbox.upload(manager, [{ key: parseObjectKey(initObjectKey), sizeBytes, sha256 }]);
  }
}
