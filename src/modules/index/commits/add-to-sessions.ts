import type { EntityManager } from 'typeorm';
import { largestOf } from '../../../shared/extremes.js';
import type { RecordingSession } from '../entities/index.js';
import { extentOfAll, groupBy, type CommittedExtent } from './extent.js';

/** What a commit changes of a session, after its id, in this order. */
const COLUMNS = ['first_media_ms', 'end_ms', 'duration_ms', 'size_bytes', 'segment_count', 'next_period'] as const;

/** The sums of sessions that are this transaction's, with segments that were added; one statement for all. */
export async function addToSessions(
  manager: EntityManager,
  sessions: ReadonlyMap<string, RecordingSession>,
  committed: readonly CommittedExtent[],
): Promise<void> {
  const { driver } = manager.dataSource;
  const values: unknown[] = [];
  const place = (value: unknown): string => {
    values.push(value);
    return driver.createParameter('', values.length - 1);
  };
  const updatedAt = place(new Date().toISOString());
  const rows = groupBy(committed, ({ segment }) => segment.recordingSessionId).flatMap((group) => {
    const session = sessions.get(group[0]?.segment.recordingSessionId ?? '');
    if (session === undefined) return [];
    const id = `CAST(${place(session.id)} AS varchar(64))`;
    const numbers = sumsWith(session, group).map((number) => `CAST(${place(number)} AS bigint)`);
    return [`(${[id, ...numbers].join(', ')})`];
  });
  const changes = COLUMNS.map((name, index) => `"${name}" = "sums"."column${String(index + 2)}"`);
  await manager.query(
    `UPDATE "recording_sessions" SET "updated_at" = ${updatedAt}, ${changes.join(', ')}
     FROM (VALUES ${rows.join(', ')}) AS "sums" WHERE "recording_sessions"."id" = "sums"."column1"`,
    values,
  );
}

/** @returns in the order of {@link COLUMNS} */
function sumsWith(session: RecordingSession, group: readonly CommittedExtent[]): number[] {
  const { startMs, endMs, sizeBytes } = extentOfAll(group.map(({ extent }) => extent));
  const mediaMs = group.reduce((sum, { extent }) => sum + extent.endMs - extent.startMs, 0);
  const lastPeriod = largestOf(group.map(({ segment }) => segment.period));
  return [
    Math.min(session.firstMediaMs ?? startMs, startMs),
    Math.max(session.endMs, endMs),
    session.durationMs + mediaMs,
    session.sizeBytes + sizeBytes,
    session.segmentCount + group.length,
    Math.max(session.nextPeriod, lastPeriod + 1),
  ];
}
