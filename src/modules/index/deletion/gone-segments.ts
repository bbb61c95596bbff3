import { In, type EntityManager } from 'typeorm';
import { insertRows } from '../../../persistence/insert-rows.js';
import { lockNames } from '../../../persistence/row-locks.js';
import { GoneChange, GonePart, GoneSegment, RecordingSession, type SegmentRow } from '../entities/index.js';
import { UNFINISHED_STATES } from '../sessions/recording-session.js';

/**
 * Keeps the places of segments that go away while their stream is recorded: who watches has seen them. To be called in the
 * transaction that deletes their rows, or says that their bytes are nowhere.
 */
export async function rememberGone(
  manager: EntityManager,
  session: RecordingSession,
  rows: readonly SegmentRow[],
): Promise<void> {
  const { stream } = session;
  const isRecorded = await manager.existsBy(RecordingSession, { stream, state: In(UNFINISHED_STATES) });
  if (!isRecorded || rows.length === 0) return;
  await lockPlaces(manager, stream);
  const change = Math.max(Date.now(), (await lastChange(manager, stream)) + 1);
  const zeroMs = (session.anchoredAt ?? session.startedAt).getTime();
  const gone = rows.map((row) => goneSegment(row, { stream, change, zeroMs }));
  await manager.save(GoneChange, { stream, change, updatedAt: new Date() });
  await insertRows(manager, GoneSegment, gone, '("directory", "number") DO NOTHING');
}

/** Places of a stream are remembered and put together by one transaction at a time, of whatever node. */
export function lockPlaces(manager: EntityManager, stream: string): Promise<void> {
  return lockNames(manager, [`places of ${stream}`]);
}

/**
 * Keeps the place of a segment when the last of it is lost, and gives it up when something comes back. To be called in the
 * transaction that says so in its row.
 */
export async function rememberLoss(
  manager: EntityManager,
  segment: SegmentRow,
  { before, now }: Readonly<Record<'before' | 'now', SegmentRow['state']>>,
): Promise<void> {
  const { directory, number, sessionId } = segment;
  if (before === 'lost' && now !== 'lost') await forgetGone(manager, { directory, number });
  if (before === 'lost' || now !== 'lost') return;
  const session = await manager.findOneBy(RecordingSession, { id: sessionId });
  if (session !== null) await rememberGone(manager, session, [segment]);
}

/** What a directory has of a session is there again, or one segment of it. To be called in a transaction. */
export async function forgetGone(
  manager: EntityManager,
  place: Pick<GoneSegment, 'directory' | 'sessionId'> | Pick<GoneSegment, 'directory' | 'number'>,
): Promise<void> {
  await manager.delete(GoneSegment, place);
  if ('sessionId' in place) await manager.delete(GonePart, place);
}

/** @returns the last change of a stream by which something went away; 0 where there was none */
export async function lastChange(manager: EntityManager, stream: string): Promise<number> {
  return (await manager.findOneBy(GoneChange, { stream }))?.change ?? 0;
}

function goneSegment(
  { directory, number, sessionId, period, startMs, durationMs, objects }: SegmentRow,
  { stream, change, zeroMs }: { readonly stream: string; readonly change: number; readonly zeroMs: number },
): GoneSegment {
  return {
    ...{ directory, number, lastNumber: null, stream, sessionId, change, period, startMs },
    startedAt: new Date(zeroMs + startMs),
    endedAt: new Date(zeroMs + startMs + durationMs),
    objects: objects.map(
      ({ trackId, kind, objectKey, sizeBytes, startTicks, durationTicks, timescale, independent }) => {
        return { trackId, kind, objectKey, sizeBytes, startTicks, durationTicks, timescale, independent };
      },
    ),
  };
}
