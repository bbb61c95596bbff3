import { LessThan, MoreThanOrEqual, Not, type EntityManager } from 'typeorm';
import type { MediaKind } from '../../../media/codecs/codec.js';
import type { KnownInit, RecordedObject } from '../../../engine/index.js';
import { knownInits } from '../directories/directory-state.js';
import { SegmentRow, SessionPart, TrackRow } from '../entities/index.js';
import { lastNumberOf } from '../directories/last-numbers.js';

/** What the rows say of a session in a directory: its files beyond that have no row. */
export interface CommittedPart {
  /** Segments below this number are not the session's. */
  readonly firstNumber: number;
  /** Segments from there on that have a row. */
  readonly numbers: ReadonlySet<number>;
  /** Of the session in the directory, in the order they were recorded. */
  readonly tracks: readonly CommittedTrack[];
  /** Init objects of the directory, of whatever session. */
  readonly knownInits: readonly KnownInit[];
}

/** A segment of a session. */
export interface CommittedSegment {
  readonly period: number;
  /** Session time. */
  readonly startMs: number;
  readonly endMs: number;
  readonly objects: readonly RecordedObject[];
}

export interface CommittedTrack {
  readonly trackId: string;
  readonly kind: MediaKind;
  readonly timescale: number;
  readonly initObjectKey: string;
}

/** Where a session has no segment yet its first one comes after all that are, or were, there. */
export async function findCommittedPart(
  manager: EntityManager,
  sessionId: string,
  directory: string,
): Promise<CommittedPart> {
  const part = await manager.findOneBy(SessionPart, { sessionId, directory });
  const firstNumber = part?.firstNumber ?? (await lastNumberOf(manager, directory)) + 1;
  const rows = await manager.find(SegmentRow, {
    select: { number: true },
    where: { directory, number: MoreThanOrEqual(firstNumber) },
  });
  const tracks = await manager.find(TrackRow, { where: { directory }, order: { createdAt: 'ASC' } });
  return {
    firstNumber,
    numbers: new Set(rows.map(({ number }) => number)),
    tracks: tracks.filter((track) => track.sessionId === sessionId),
    knownInits: knownInits(tracks),
  };
}

/** @returns the session's last segment before a number of a directory; without any there its last one elsewhere */
export async function findSegmentBefore(
  manager: EntityManager,
  sessionId: string,
  directory: string,
  number: number,
): Promise<CommittedSegment | undefined> {
  for (const where of [
    { sessionId, directory, number: LessThan(number) },
    { sessionId, directory: Not(directory) },
  ]) {
    const [before] = await manager.find(SegmentRow, { where, order: { startMs: 'DESC' }, take: 1 });
    if (before !== undefined) return committedSegment(before);
  }
  return undefined;
}

function committedSegment({ period, startMs, durationMs, objects }: SegmentRow): CommittedSegment {
  return { period, startMs, endMs: startMs + durationMs, objects };
}
