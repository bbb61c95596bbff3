import type { EntityManager } from 'typeorm';
import { insertRows } from '../../../persistence/insert-rows.js';
import { lockNames } from '../../../persistence/row-locks.js';
import { smallestOf } from '../../../shared/extremes.js';
import { dayOfDefaultDirectory, dayOfDirectory } from '../directories/directory-day.js';
import { Recording, SessionPart, type RecordingSession } from '../entities/index.js';
import { daysOf } from './lock-session.js';
import { manifestPath } from '../directories/object-names.js';
import { recordingId } from '../recordings/recording-id.js';
import { extentOfAll, groupBy, type CommittedExtent } from './extent.js';

const lesser = (name: string): string =>
  `"${name}" = CASE WHEN "excluded"."${name}" < "session_parts"."${name}" THEN "excluded"."${name}" ELSE "session_parts"."${name}" END`;
const greater = (name: string): string =>
  `"${name}" = CASE WHEN "excluded"."${name}" > "session_parts"."${name}" THEN "excluded"."${name}" ELSE "session_parts"."${name}" END`;
const sum = (name: string): string => `"${name}" = "session_parts"."${name}" + "excluded"."${name}"`;

const GROWS = [lesser('first_number'), sum('segment_count'), lesser('start_ms'), greater('end_ms'), sum('size_bytes')];

/** Adds segments to the parts of their sessions; a first one there makes the part, and the stream's day point at it. */
export async function addToParts(
  manager: EntityManager,
  sessions: ReadonlyMap<string, RecordingSession>,
  committed: readonly CommittedExtent[],
  timeZone: string,
): Promise<void> {
  const groups = groupBy(committed, ({ segment }) => JSON.stringify([segment.recordingSessionId, segment.directory]));
  const begun = new Set<string>();
  const parts = groups.flatMap((group) => partOf(sessions, group, begun));
  const counted = await insertRows(
    manager,
    SessionPart,
    parts,
    `("directory", "session_id") DO UPDATE SET ${GROWS.join(', ')}`,
    ['directory', 'session_id', 'segment_count'],
  );
  const counts = new Map(
    counted.map((row) => [JSON.stringify([row['directory'], row['session_id']]), row['segment_count']]),
  );
  const fresh = parts.filter(
    ({ directory, sessionId, segmentCount }) => counts.get(JSON.stringify([directory, sessionId])) === segmentCount,
  );
  await lockNames(
    manager,
    fresh.map(({ stream }) => daysOf(stream)),
  );
  for (const part of fresh) await pointAtDirectory(manager, part, timeZone);
}

/** @param begun sessions of which something was recorded before */
function partOf(
  sessions: ReadonlyMap<string, RecordingSession>,
  group: readonly CommittedExtent[],
  begun: Set<string>,
): SessionPart[] {
  const [first] = group;
  const session = sessions.get(first?.segment.recordingSessionId ?? '');
  if (first === undefined || session === undefined) return [];
  const { directory } = first.segment;
  const extent = extentOfAll(group.map((one) => one.extent));
  const isFirst = session.segmentCount === 0 && !begun.has(session.id);
  begun.add(session.id);
  const startedAt = isFirst ? session.startedAt : wallClock(session, extent.startMs);
  const firstNumber = smallestOf(group.map(({ segment }) => segment.number));
  const { id: sessionId, stream } = session;
  return [{ directory, sessionId, stream, startedAt, firstNumber, segmentCount: group.length, ...extent }];
}

function wallClock(session: RecordingSession, sessionMs: number): Date {
  return new Date((session.anchoredAt ?? session.startedAt).getTime() + sessionMs);
}

/** The day's row points at the default directory as soon as there is one, before that at the first that was recorded into. */
async function pointAtDirectory(
  manager: EntityManager,
  { stream, directory, startedAt }: SessionPart,
  timeZone: string,
): Promise<void> {
  const isDefault = dayOfDefaultDirectory(stream, directory) !== undefined;
  const day = dayOfDirectory(stream, directory, startedAt, timeZone);
  const key = { stream, ...day };
  const mpdPath = manifestPath(directory);
  const now = new Date();
  const existing = await manager.findOneBy(Recording, key);
  if (existing === null) {
    await manager.insert(Recording, { id: recordingId(stream, day), ...key, mpdPath, createdAt: now, updatedAt: now });
  } else if (isDefault && existing.mpdPath !== mpdPath) {
    await manager.update(Recording, { id: existing.id }, { mpdPath, updatedAt: now });
  }
}
