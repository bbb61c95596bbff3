import type { EntityManager } from 'typeorm';
import type { Archive } from '../archive/archive.js';
import { forgetDeleted } from '../deletion/deleted-stretches.js';
import { forgetGone } from '../deletion/gone-segments.js';
import { CompletenessRow, GapRow, RecordingSession, SegmentRow } from '../entities/index.js';
import type { DirectoryScope } from '../fsck/directory-scope.js';
import { manifestPath } from '../directories/object-names.js';
import { RUNNING_STATES } from '../sessions/recording-session.js';
import { insertSegments } from './insert-segments.js';
import { insertTracks } from './insert-tracks.js';
import type { SessionFileRows } from './session-file-rows.js';

/**
 * Inserts the rows that a session file stands for, as far as they are not there; segments whose bytes are nowhere are lost.
 * To be called in a transaction, and {@link settleDirectory} after it.
 *
 * A session that the file says is running comes as `finalizing`: a file may be older than what followed.
 *
 * @param isNewest whether what this file says of the whole session is newer than what is in the rows
 */
export async function importSessionFile(
  manager: EntityManager,
  archive: Archive,
  scope: DirectoryScope,
  file: SessionFileRows,
  isNewest: boolean,
): Promise<void> {
  const { id } = file.session;
  if (!(await manager.existsBy(RecordingSession, { id }))) await manager.insert(RecordingSession, newSession(file));
  else if (isNewest) await manager.update(RecordingSession, { id }, factsOf(file));
  await forgetDeleted(manager, { directory: file.directory, sessionId: id });
  await forgetGone(manager, { directory: file.directory, sessionId: id });
  await insertTracks(manager, archive, scope, file.tracks);
  for (const gap of file.gaps) await manager.save(GapRow, { ...gap, createdAt: new Date() });
  for (const row of file.completeness) {
    const { sessionId, kind } = row;
    if (isNewest || !(await manager.existsBy(CompletenessRow, { sessionId, kind })))
      await manager.save(CompletenessRow, row);
  }
  const taken = await manager.find(SegmentRow, { select: { number: true }, where: { directory: file.directory } });
  const takenNumbers = new Set(taken.map(({ number }) => number));
  const { anchoredAt, startedAt } = file.session;
  const missing = file.segments.filter(({ number }) => !takenNumbers.has(number));
  await insertSegments(manager, archive, scope, missing, (anchoredAt ?? startedAt).getTime());
}

function factsOf({ session }: SessionFileRows): Partial<RecordingSession> {
  const state = RUNNING_STATES.includes(session.state) ? 'finalizing' : session.state;
  const publishedAt = state === 'finalizing' ? null : new Date();
  return { ...session, state, publishedAt, mpdPath: manifestPath(session.directory) };
}

function newSession(file: SessionFileRows): RecordingSession {
  const { session } = file;
  return Object.assign(new RecordingSession(), {
    ...factsOf(file),
    firstMediaMs: null,
    endMs: 0,
    durationMs: 0,
    sizeBytes: 0,
    segmentCount: 0,
    nextPeriod: 0,
    gapCount: 0,
    gapMs: 0,
    createdAt: session.startedAt,
    updatedAt: new Date(),
  });
}
