import { In, Not, type EntityManager } from 'typeorm';
import { lockNames } from '../../../persistence/row-locks.js';
import type { OutboxService } from '../../storage/outbox.service.js';
import { parseObjectKey } from '../../storage/ports/object-key.js';
import { RecordingSession, SessionPart, TrackRow } from '../entities/index.js';
import { namesIn } from '../commits/lock-session.js';
import { MANIFEST_NAMES, sessionFileName } from '../directories/object-names.js';
import { UNFINISHED_STATES } from '../sessions/recording-session.js';
import { initsFreeAt, markDeleted } from './directory-marks.js';

/**
 * Deletes what a session has in a directory beside its segments: tracks, inits that nobody else there needs, its file; with
 * the last session the manifests, which are views of rows that are gone. To be called in a transaction.
 */
export async function clearPart(
  manager: EntityManager,
  outbox: OutboxService,
  { directory, sessionId }: Pick<SessionPart, 'directory' | 'sessionId'>,
  { removeObjects, lastNumber }: { readonly removeObjects: boolean; readonly lastNumber: number },
): Promise<void> {
  await lockNames(manager, [namesIn(directory)]);
  const inits = await clearTracks(manager, { directory, sessionId });
  await manager.delete(SessionPart, { directory, sessionId });
  await markDeleted(manager, directory, { lastNumber, initKeys: [...inits.keys()] });
  if (removeObjects) {
    const dueAt = await initsFreeAt(manager, directory);
    await outbox.delete(manager, [...inits.keys()].map(parseObjectKey), { sizes: inits, dueAt });
    await outbox.delete(manager, [parseObjectKey(`${directory}/${sessionFileName(sessionId)}`)]);
  }
  if (await manager.existsBy(SessionPart, { directory })) return;
  await outbox.delete(
    manager,
    MANIFEST_NAMES.map((name) => parseObjectKey(`${directory}/${name}`)),
  );
}

/** @returns sizes of the inits that no row names any more, by key */
async function clearTracks(
  manager: EntityManager,
  { directory, sessionId }: Pick<SessionPart, 'directory' | 'sessionId'>,
): Promise<Map<string, number>> {
  const own = await manager.findBy(TrackRow, { directory, sessionId });
  const shared = await manager.find(TrackRow, {
    select: { initObjectKey: true },
    where: { initObjectKey: In(own.map(({ initObjectKey }) => initObjectKey)), sessionId: Not(sessionId) },
  });
  const needed = new Set(shared.map(({ initObjectKey }) => initObjectKey));
  const unneeded = own.filter(({ initObjectKey }) => !needed.has(initObjectKey));
  const heirId = await whoRecords(manager, directory, sessionId);
  if (heirId !== undefined) {
    const trackId = In(unneeded.map((track) => track.trackId));
    await manager.update(TrackRow, { directory, sessionId, trackId }, { sessionId: heirId });
  }
  await manager.delete(TrackRow, { directory, sessionId });
  return heirId === undefined
    ? new Map(unneeded.map(({ initObjectKey, initSizeBytes }) => [initObjectKey, initSizeBytes]))
    : new Map();
}

/** What records there was told of the inits that lie there, and may yet name them: it takes them over. */
async function whoRecords(
  manager: EntityManager,
  directory: string,
  exceptSessionId: string,
): Promise<string | undefined> {
  const where = { directory, state: In(UNFINISHED_STATES), id: Not(exceptSessionId) };
  return (await manager.findOne(RecordingSession, { where, order: { startedAt: 'DESC' } }))?.id;
}
