import type { EntityManager } from 'typeorm';
import type { RecordedObject, SegmentClosed, TrackReception } from '../../../engine/index.js';
import { ticksToMs } from '../../../media/timeline/ticks.js';
import { findRows, placesFor } from '../../../persistence/find-row.js';
import { insertRows } from '../../../persistence/insert-rows.js';
import { locksRows } from '../../../persistence/row-locks.js';
import type { OutboxService, OutgoingObject } from '../../storage/outbox.service.js';
import { parseObjectKey, plainKey } from '../../storage/ports/object-key.js';
import { addToParts } from './add-to-parts.js';
import { addToSessions } from './add-to-sessions.js';
import type { CommittedExtent, Extent } from './extent.js';
import { countFrames, countReceptions } from './count-reception.js';
import { RecordingSession, SegmentRow } from '../entities/index.js';
import type { SegmentState } from '../entities/segment-row.entity.js';
import { tellWhenCommitted } from '../events/index-events.js';
import { EmptySegmentError, SegmentConflictError, UnknownRecordingSessionError } from '../index.errors.js';

/** A segment, and what was counted of its session when it was closed. */
export interface CountedSegment {
  readonly segment: SegmentClosed;
  readonly reception: readonly TrackReception[];
}

/**
 * Adds segments, of whatever sessions, to their sessions, those sessions' parts in the directories and, where one is the
 * first there, the stream's day, and has them uploaded; in as many statements as a single one takes.
 * To be called in a transaction. A segment that is there already changes nothing but what was counted.
 *
 * @throws {SegmentConflictError} when a number is another segment's
 * @throws {UnknownRecordingSessionError}
 * @throws {EmptySegmentError}
 */
export async function commitSegments(
  manager: EntityManager,
  outbox: OutboxService,
  counted: readonly CountedSegment[],
  timeZone: string,
): Promise<void> {
  const segments = counted.map(({ segment }) => segment);
  for (const { objects, directory, number } of segments) {
    if (objects.length === 0) throw new EmptySegmentError(directory, number);
  }
  const sessions = await takeSessions(manager, segments);
  await countReceptions(
    manager,
    counted.map(({ segment, reception }) => ({ sessionId: segment.recordingSessionId, tracks: reception })),
  );
  const state = outbox.hasBucket ? 'uploading' : 'local';
  const committed = await insertSegments(manager, segments, state);
  if (committed.length === 0) return;
  await outbox.upload(manager, committed.flatMap(({ segment }) => segment.objects).map(outgoing));
  await addToParts(manager, sessions, committed, timeZone);
  await addToSessions(manager, sessions, committed);
  await countFrames(
    manager,
    committed.map(({ segment }) => segment),
  );
  for (const { segment, extent } of committed) {
    const stream = sessions.get(segment.recordingSessionId)?.stream ?? '';
    tellWhenCommitted(manager, { type: 'segment-committed', stream, segment: segmentRow(segment, extent, state) });
  }
}

/** In the order of their ids: of two transactions with the same sessions one waits, and not each for the other. */
async function takeSessions(
  manager: EntityManager,
  segments: readonly SegmentClosed[],
): Promise<Map<string, RecordingSession>> {
  const ids = new Set(segments.map(({ recordingSessionId }) => recordingSessionId));
  const lock = locksRows(manager) ? ' FOR UPDATE' : '';
  const condition = `"id" IN (${placesFor([...ids])}) ORDER BY "id"${lock}`;
  const rows = await findRows(manager, RecordingSession, condition, [...ids]);
  const sessions = new Map(rows.map((row) => [row.id, row]));
  const unknown = [...ids].find((id) => !sessions.has(id));
  if (unknown !== undefined) throw new UnknownRecordingSessionError(unknown);
  return sessions;
}

/** @returns those that were not there already */
async function insertSegments(
  manager: EntityManager,
  segments: readonly SegmentClosed[],
  state: SegmentState,
): Promise<CommittedExtent[]> {
  const all = new Map(segments.map((segment) => [placeOf(segment), { segment, extent: extentOf(segment) }]));
  const rows = [...all.values()].map(({ segment, extent }) => segmentRow(segment, extent, state));
  const inserted = await insertRows(manager, SegmentRow, rows, '("directory", "number") DO NOTHING', [
    'directory',
    'number',
  ]);
  const places = new Set(inserted.map((row) => placeOf(row as Pick<SegmentRow, 'directory' | 'number'>)));
  for (const segment of segments) {
    if (places.has(placeOf(segment)) && all.get(placeOf(segment))?.segment === segment) continue;
    const { directory, number } = segment;
    const existing = await manager.findOneByOrFail(SegmentRow, { directory, number });
    if (!isSame(existing, segment)) throw new SegmentConflictError(directory, number);
  }
  return [...all].flatMap(([place, committed]) => (places.has(place) ? [committed] : []));
}

function placeOf({ directory, number }: Pick<SegmentRow, 'directory' | 'number'>): string {
  return `${directory}/${String(number)}`;
}

function isSame(existing: SegmentRow, { recordingSessionId, objects }: SegmentClosed): boolean {
  return (
    existing.sessionId === recordingSessionId &&
    existing.objects.length === objects.length &&
    objects.every(({ objectKey, sha256 }) =>
      existing.objects.some((object) => plainKey(object.objectKey) === plainKey(objectKey) && object.sha256 === sha256),
    )
  );
}

function extentOf({ objects }: SegmentClosed): Extent {
  const starts = objects.map(({ startTicks, timescale }) => ticksToMs(startTicks, timescale));
  const ends = objects.map(({ startTicks, durationTicks, timescale }) =>
    ticksToMs(startTicks + durationTicks, timescale),
  );
  const sizeBytes = objects.reduce((sum, object) => sum + object.sizeBytes, 0);
  return { startMs: Math.floor(Math.min(...starts)), endMs: Math.ceil(Math.max(...ends)), sizeBytes };
}

function outgoing({ objectKey, sizeBytes, sha256 }: RecordedObject): OutgoingObject {
  return { key: parseObjectKey(objectKey), sizeBytes, sha256 };
}

function segmentRow(segment: SegmentClosed, { startMs, endMs, sizeBytes }: Extent, state: SegmentState): SegmentRow {
  return {
    directory: segment.directory,
    number: segment.number,
    sessionId: segment.recordingSessionId,
    period: segment.period,
    startMs,
    durationMs: endMs - startMs,
    sizeBytes,
    state,
    releasedAt: null,
    lostTracks: null,
    lostBytes: 0,
    objects: segment.objects,
    createdAt: new Date(),
  };
}
