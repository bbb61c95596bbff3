import type { EntityManager } from 'typeorm';
import { GapRow, SegmentRow, type RecordingSession, type SessionPart } from '../entities/index.js';

/** What the segments of a session make together. */
export type SessionSums = Pick<
  RecordingSession,
  'firstMediaMs' | 'endMs' | 'durationMs' | 'sizeBytes' | 'segmentCount' | 'nextPeriod' | 'gapCount' | 'gapMs'
>;

/** What the segments of a session in one directory make together. */
export type PartSums = Pick<SessionPart, 'firstNumber' | 'segmentCount' | 'startMs' | 'endMs' | 'sizeBytes'>;

export async function sumsOfSession(manager: EntityManager, sessionId: string): Promise<SessionSums> {
  const segments = await manager
    .createQueryBuilder(SegmentRow, 'segment')
    .select('MIN(segment.startMs)', 'firstMediaMs')
    .addSelect('MAX(segment.startMs + segment.durationMs)', 'endMs')
    .addSelect('SUM(segment.durationMs)', 'durationMs')
    .addSelect('SUM(segment.sizeBytes)', 'sizeBytes')
    .addSelect('COUNT(*)', 'segmentCount')
    .addSelect('MAX(segment.period) + 1', 'nextPeriod')
    .where('segment.sessionId = :sessionId', { sessionId })
    .getRawOne<Record<Exclude<keyof SessionSums, 'gapCount' | 'gapMs'>, number | string | null>>();
  const gaps = await manager
    .createQueryBuilder(GapRow, 'gap')
    .select('COUNT(*)', 'gapCount')
    .addSelect('SUM(gap.durationMs)', 'gapMs')
    .where('gap.sessionId = :sessionId', { sessionId })
    .getRawOne<Record<'gapCount' | 'gapMs', number | string | null>>();
  const firstMediaMs = segments?.firstMediaMs ?? null;
  return {
    firstMediaMs: firstMediaMs === null ? null : Number(firstMediaMs),
    endMs: Number(segments?.endMs ?? 0),
    durationMs: Number(segments?.durationMs ?? 0),
    sizeBytes: Number(segments?.sizeBytes ?? 0),
    segmentCount: Number(segments?.segmentCount ?? 0),
    nextPeriod: Number(segments?.nextPeriod ?? 0),
    gapCount: Number(gaps?.gapCount ?? 0),
    gapMs: Number(gaps?.gapMs ?? 0),
  };
}

/** @returns by session id, for every session with segments in the directory */
export async function sumsOfParts(manager: EntityManager, directory: string): Promise<Map<string, PartSums>> {
  const rows = await manager
    .createQueryBuilder(SegmentRow, 'segment')
    .select('segment.sessionId', 'sessionId')
    .addSelect('MIN(segment.number)', 'firstNumber')
    .addSelect('COUNT(*)', 'segmentCount')
    .addSelect('MIN(segment.startMs)', 'startMs')
    .addSelect('MAX(segment.startMs + segment.durationMs)', 'endMs')
    .addSelect('SUM(segment.sizeBytes)', 'sizeBytes')
    .where('segment.directory = :directory', { directory })
    .groupBy('segment.sessionId')
    .getRawMany<{ sessionId: string } & Record<keyof PartSums, number | string>>();
  return new Map(
    rows.map(({ sessionId, firstNumber, segmentCount, startMs, endMs, sizeBytes }) => [
      sessionId,
      {
        firstNumber: Number(firstNumber),
        segmentCount: Number(segmentCount),
        startMs: Number(startMs),
        endMs: Number(endMs),
        sizeBytes: Number(sizeBytes),
      },
    ]),
  );
}
