import { In, type EntityManager } from 'typeorm';
import { parseObjectKey, type ObjectKey } from '../../storage/ports/object-key.js';
import type { StorageDriver } from '../../storage/ports/storage-driver.js';
import { smallestOf } from '../../../shared/extremes.js';
import type { Archive } from '../archive/archive.js';
import { dayOfDefaultDirectory } from '../directories/directory-day.js';
import { RecordingSession, SessionPart, TrackRow } from '../entities/index.js';
import { lastNumberOf } from '../directories/last-numbers.js';
import { LeftMedia } from '../deletion/left-media.js';
import { splitKey } from '../directories/object-names.js';
import { UNFINISHED_STATES } from '../sessions/recording-session.js';
import type { Place } from './finding.js';

/** Bytes by name of the objects in a directory. */
export type Listing = ReadonlyMap<string, number>;

/** One directory: what its rows say but for the segments, and what lies there in each store. */
export interface DirectoryScope {
  readonly directory: string;
  readonly sessions: ReadonlyMap<string, RecordingSession>;
  readonly parts: readonly SessionPart[];
  /** In the order they were recorded. */
  readonly tracks: readonly TrackRow[];
  /** Undefined for a name that no store could have. */
  readonly key: ObjectKey;
  readonly local: Listing;
  /** Undefined with fs, and while the bucket does not answer. */
  readonly bucket: Listing | undefined;
  readonly backup: Listing | undefined;
  /** From this number on a segment without a row is what a stopped server was recording; Infinity where it recorded nothing. */
  readonly openFromNumber: number;
  /** What was deleted there without its objects. */
  readonly left: LeftMedia;
}

export async function readScope(archive: Archive, directory: string): Promise<DirectoryScope> {
  const { manager } = archive.dataSource;
  const { local, bucket, backup } = archive.stores;
  const key = parseObjectKey(directory);
  const parts = await manager.find(SessionPart, { where: { directory }, order: { firstNumber: 'ASC' } });
  const tracks = await manager.find(TrackRow, { where: { directory }, order: { createdAt: 'ASC' } });
  const ids = new Set([...parts, ...tracks].map(({ sessionId }) => sessionId));
  const sessions = await manager.findBy(RecordingSession, { id: In([...ids]) });
  return {
    directory,
    key,
    sessions: new Map(sessions.map((session) => [session.id, session])),
    parts,
    tracks,
    local: await listing(local, key),
    bucket: bucket && (await listing(bucket, key)),
    backup: backup && (await listing(backup, key)),
    openFromNumber: await openFrom(manager, directory, parts),
    left: await LeftMedia.of(manager, directory),
  };
}

/** Where a session's media lies in time, as far as its row tells. */
export function placeOf(
  { directory, sessions }: Pick<DirectoryScope, 'directory' | 'sessions'>,
  sessionId: string,
  extent?: { readonly startMs: number; readonly endMs: number },
): Place {
  const session = sessions.get(sessionId);
  const place = { directory, session: sessionId, stream: session?.stream };
  const anchor = session?.anchoredAt ?? session?.startedAt;
  if (anchor === undefined || extent === undefined) return place;
  const at = (sessionMs: number): string => new Date(anchor.getTime() + sessionMs).toISOString();
  return { ...place, from: at(extent.startMs), to: at(extent.endMs) };
}

async function listing(store: StorageDriver, directory: ObjectKey): Promise<Listing> {
  const sizes = new Map<string, number>();
  for await (const { key, sizeBytes } of store.list(directory)) sizes.set(splitKey(key).name, sizeBytes);
  return sizes;
}

/** The next start looks for files of unfinished sessions where they recorded last, and in the days after. */
async function openFrom(manager: EntityManager, directory: string, parts: readonly SessionPart[]): Promise<number> {
  const unfinished = await manager.findBy(RecordingSession, { state: In(UNFINISHED_STATES) });
  const here = unfinished.filter((session) => recordsIn(session, directory));
  if (here.length === 0) return Infinity;
  const numbers = here.map(({ id }) => parts.find(({ sessionId }) => sessionId === id)?.firstNumber);
  const last = await lastNumberOf(manager, directory);
  return smallestOf(numbers.map((number) => number ?? last + 1));
}

function recordsIn({ stream, directory: last, baseDir }: RecordingSession, directory: string): boolean {
  if (directory === last) return true;
  const isDay = baseDir === null && dayOfDefaultDirectory(stream, directory) !== undefined;
  return isDay && directory > last;
}
