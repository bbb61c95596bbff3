import type { MediaKind } from '../../../media/codecs/codec.js';
import { inTransaction } from '../../../persistence/transaction.js';
import { parseObjectKey, type ObjectKey } from '../../storage/ports/object-key.js';
import type { Archive } from '../archive/archive.js';
import { countFrames } from '../commits/count-reception.js';
import { readScope, type DirectoryScope } from '../fsck/directory-scope.js';
import { segmentPages } from '../manifests/segment-pages.js';
import { parseSegmentName } from '../directories/object-names.js';
import { insertSegments } from './insert-segments.js';
import { insertTracks } from './insert-tracks.js';
import { endSession, placeOfSegment } from './place-of-segment.js';
import { RowlessMedia, type RowlessSegment } from './rowless-media.js';
import { settleDirectory } from './settle-directory.js';
import { TrackFinder } from './track-finder.js';

export interface Adoption {
  readonly segments: number;
  /** Keys of what holds no media, as it is called now. */
  readonly quarantined: readonly string[];
}

/**
 * Makes rows of segments that have none, read from the media itself. A segment is of the session whose segments lie around
 * it when its times fit between theirs; others become sessions of their own.
 *
 * @param isWanted says no of what somebody else takes care of
 */
export async function adoptMedia(
  archive: Archive,
  directory: string,
  isWanted: (key: ObjectKey, number: number) => Promise<boolean>,
): Promise<Adoption> {
  const scope = await readScope(archive, directory);
  const quarantined: string[] = [];
  const media = new RowlessMedia(archive, await TrackFinder.of(archive, scope), (key) => quarantined.push(key));
  const found: RowlessSegment[] = [];
  for (const [number, keys] of await rowlessKeys(archive, scope, isWanted)) {
    const segment = await media.read(number, keys);
    if (segment !== undefined) found.push(segment);
  }
  if (found.length === 0) return { segments: 0, quarantined };
  const made = await insertAll(archive, directory, found);
  await inTransaction(archive.dataSource, async (manager) => {
    await settleDirectory(manager, archive, directory);
    for (const sessionId of made) await endSession(manager, sessionId);
  });
  return { segments: found.length, quarantined };
}

/** @returns ids of the sessions that had to be made */
async function insertAll(archive: Archive, directory: string, found: readonly RowlessSegment[]): Promise<string[]> {
  // What a crash left open has been cut: it has another length now.
  const scope = await readScope(archive, directory);
  const made: string[] = [];
  for (const segment of found) {
    await inTransaction(archive.dataSource, async (manager) => {
      const { session, period, isNew } = await placeOfSegment(manager, scope, segment);
      if (isNew) made.push(session.id);
      const { number, objects, startMs, endMs } = segment;
      const tracks = segment.tracks.map((track) => ({ ...track, sessionId: session.id, isLost: false }));
      await insertTracks(manager, archive, scope, tracks);
      const sizeBytes = objects.reduce((sum, object) => sum + object.sizeBytes, 0);
      const times = { startMs, durationMs: endMs - startMs };
      const row = { directory, number, sessionId: session.id, period, ...times, sizeBytes, objects, knownLost: [] };
      await insertSegments(manager, archive, scope, [row], (session.anchoredAt ?? session.startedAt).getTime());
      await countFrames(manager, [{ recordingSessionId: session.id, directory, number, period, objects }]);
    });
  }
  return made;
}

/** @returns keys of segments without a row, in the order of their numbers */
async function rowlessKeys(
  { dataSource }: Archive,
  { directory, local, bucket, backup }: DirectoryScope,
  isWanted: (key: ObjectKey, number: number) => Promise<boolean>,
): Promise<[number, ReadonlyMap<MediaKind, ObjectKey>][]> {
  const rowed = new Set<number>();
  for await (const page of segmentPages(dataSource.manager, { directory })) {
    for (const { number } of page) rowed.add(number);
  }
  const found = new Map<number, Map<MediaKind, ObjectKey>>();
  const names = new Set([local, bucket, backup].flatMap((listing) => [...(listing?.keys() ?? [])]));
  // Where the plain name of a segment was taken by somebody else, its own comes behind.
  for (const name of [...names].sort()) {
    const parsed = parseSegmentName(name);
    if (parsed === undefined || rowed.has(parsed.number)) continue;
    const key = parseObjectKey(`${directory}/${name}`);
    if (!(await isWanted(key, parsed.number))) continue;
    const keys = found.get(parsed.number) ?? new Map<MediaKind, ObjectKey>();
    found.set(parsed.number, keys.set(parsed.kind, key));
  }
  return [...found].sort(([one], [other]) => one - other);
}
