import type { EntityManager } from 'typeorm';
import type { MediaKind } from '../../media/codecs/codec.js';
import type { RecordedObject } from '../../engine/index.js';
import { SegmentRow, TrackRow } from './entities/index.js';

/** Where the rows of a session end: files behind that are its own and have no row. */
export interface CommittedEnd {
  /** Highest number in the directory, of whatever session; 0 without any. */
  readonly lastNumber: number;
  /** The session's last segment, in whatever directory. */
  readonly lastSegment: LastSegment | undefined;
  /** Of the session in the directory, in the order they were recorded. */
  readonly tracks: readonly CommittedTrack[];
}

export interface LastSegment {
  readonly period: number;
  /** Session time. */
  readonly endMs: number;
  readonly objects: readonly RecordedObject[];
}

export interface CommittedTrack {
  readonly trackId: string;
  readonly kind: MediaKind;
  readonly timescale: number;
  readonly initObjectKey: string;
}

export async function findCommittedEnd(
  manager: EntityManager,
  sessionId: string,
  directory: string,
): Promise<CommittedEnd> {
  const lastNumber = (await manager.maximum(SegmentRow, 'number', { directory })) ?? 0;
  const [last] = await manager.find(SegmentRow, {
    where: { sessionId },
    order: { period: 'DESC', startMs: 'DESC' },
    take: 1,
  });
  const tracks = await manager.find(TrackRow, { where: { sessionId, directory }, order: { createdAt: 'ASC' } });
  return { lastNumber, lastSegment: last && lastSegmentOf(last), tracks };
}

function lastSegmentOf({ period, startMs, durationMs, objects }: SegmentRow): LastSegment {
  return { period, endMs: startMs + durationMs, objects };
}
