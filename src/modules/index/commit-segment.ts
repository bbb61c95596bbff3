import type { EntityManager } from 'typeorm';
import type { RecordedObject, SegmentClosed } from '../../engine/index.js';
import { ticksToMs } from '../../media/timeline/ticks.js';
import { countFrames } from './count-reception.js';
import { dayOfDefaultDirectory, dayOfDirectory } from './directory-day.js';
import type { OutboxService, OutgoingObject } from '../storage/outbox.service.js';
import { parseObjectKey, plainKey } from '../storage/ports/object-key.js';
import { Recording, RecordingSession, SegmentRow, SessionPart } from './entities/index.js';
import type { SegmentState } from './entities/segment-row.entity.js';
import { EmptySegmentError, SegmentConflictError, UnknownRecordingSessionError } from './index.errors.js';
import { manifestPath } from './object-names.js';
import { recordingId } from './recording-id.js';

/** The stretch of session time that a segment covers, in whole milliseconds that contain it. */
interface Extent {
  readonly startMs: number;
  readonly endMs: number;
  readonly sizeBytes: number;
}

/**
 * Adds a segment to its session, its session's part in the directory and, when it is the first there, the stream's day, and
 * has it uploaded.
 * To be called in a transaction. The same segment once more changes nothing.
 *
 * @throws {SegmentConflictError} when the number is another segment's
 * @throws {UnknownRecordingSessionError}
 * @throws {EmptySegmentError}
 */
export async function commitSegment(
  manager: EntityManager,
  outbox: OutboxService,
  segment: SegmentClosed,
  timeZone: string,
): Promise<void> {
  const { directory, number } = segment;
  if (segment.objects.length === 0) throw new EmptySegmentError(directory, number);
  const existing = await manager.findOneBy(SegmentRow, { directory, number });
  if (existing !== null) {
    if (isSame(existing, segment)) return;
    throw new SegmentConflictError(directory, number);
  }
  const session = await manager.findOneBy(RecordingSession, { id: segment.recordingSessionId });
  if (session === null) throw new UnknownRecordingSessionError(segment.recordingSessionId);
  const extent = extentOf(segment);
  await manager.insert(SegmentRow, segmentRow(segment, extent, outbox.hasBucket ? 'uploading' : 'local'));
  await outbox.upload(manager, segment.objects.map(outgoing));
  await addToPart(manager, session, segment, extent, timeZone);
  await addToSession(manager, session, segment.period, extent);
  await countFrames(manager, segment);
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
    objects: segment.objects,
    createdAt: new Date(),
  };
}

async function addToPart(
  manager: EntityManager,
  session: RecordingSession,
  { directory, number }: SegmentClosed,
  { startMs, endMs, sizeBytes }: Extent,
  timeZone: string,
): Promise<void> {
  const key = { directory, sessionId: session.id };
  const part = await manager.findOneBy(SessionPart, key);
  if (part !== null) {
    await manager.update(SessionPart, key, {
      firstNumber: Math.min(part.firstNumber, number),
      segmentCount: part.segmentCount + 1,
      startMs: Math.min(part.startMs, startMs),
      endMs: Math.max(part.endMs, endMs),
      sizeBytes: part.sizeBytes + sizeBytes,
    });
    return;
  }
  const startedAt = session.segmentCount === 0 ? session.startedAt : wallClock(session, startMs);
  const { stream } = session;
  await manager.insert(SessionPart, {
    ...key,
    stream,
    startedAt,
    firstNumber: number,
    segmentCount: 1,
    startMs,
    endMs,
    sizeBytes,
  });
  await pointAtDirectory(manager, stream, directory, startedAt, timeZone);
}

function wallClock(session: RecordingSession, sessionMs: number): Date {
  return new Date((session.anchoredAt ?? session.startedAt).getTime() + sessionMs);
}

/** The day's row points at the default directory as soon as there is one, before that at the first that was recorded into. */
async function pointAtDirectory(
  manager: EntityManager,
  stream: string,
  directory: string,
  startedAt: Date,
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

async function addToSession(
  manager: EntityManager,
  session: RecordingSession,
  period: number,
  { startMs, endMs, sizeBytes }: Extent,
): Promise<void> {
  await manager.update(
    RecordingSession,
    { id: session.id },
    {
      firstMediaMs: Math.min(session.firstMediaMs ?? startMs, startMs),
      endMs: Math.max(session.endMs, endMs),
      durationMs: session.durationMs + endMs - startMs,
      sizeBytes: session.sizeBytes + sizeBytes,
      segmentCount: session.segmentCount + 1,
      nextPeriod: Math.max(session.nextPeriod, period + 1),
      updatedAt: new Date(),
    },
  );
}
