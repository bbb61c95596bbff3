import type { EntityManager } from 'typeorm';
import type { SegmentClosed, TrackReception } from '../../../engine/index.js';
import { insertRows } from '../../../persistence/insert-rows.js';
import { CompletenessRow } from '../entities/index.js';

/** The counts of a track before anything came of it. */
export const NOTHING_COUNTED = {
  packetsReceived: 0,
  packetsRepaired: 0,
  packetsLost: 0,
  framesRecorded: 0,
  framesDropped: 0,
};

/** What the engine counts. */
const COUNTED = ['packets_received', 'packets_repaired', 'packets_lost', 'frames_dropped'];

export interface SessionReception {
  readonly sessionId: string;
  readonly tracks: readonly TrackReception[];
}

/** Takes over what the engine has counted of sessions; told again it changes nothing. To be called in a transaction. */
export async function countReceptions(manager: EntityManager, sessions: readonly SessionReception[]): Promise<void> {
  const rows = new Map(
    sessions.flatMap(({ sessionId, tracks }) =>
      tracks.map((counted) => [`${counted.kind} ${sessionId}`, { ...NOTHING_COUNTED, sessionId, ...counted }]),
    ),
  );
  const counts = COUNTED.map((name) => `"${name}" = "excluded"."${name}"`).join(', ');
  await insertRows(manager, CompletenessRow, [...rows.values()], `("session_id", "kind") DO UPDATE SET ${counts}`);
}

/** Counts the samples of segments that are committed for the first time. To be called in their transaction. */
export async function countFrames(manager: EntityManager, segments: readonly SegmentClosed[]): Promise<void> {
  const rows = new Map<string, CompletenessRow>();
  for (const { recordingSessionId: sessionId, objects } of segments) {
    for (const { kind, samples } of objects) {
      const key = `${kind} ${sessionId}`;
      const framesRecorded = (rows.get(key)?.framesRecorded ?? 0) + samples;
      rows.set(key, { ...NOTHING_COUNTED, sessionId, kind, framesRecorded });
    }
  }
  const counts = '"frames_recorded" = "session_completeness"."frames_recorded" + "excluded"."frames_recorded"';
  await insertRows(manager, CompletenessRow, [...rows.values()], `("session_id", "kind") DO UPDATE SET ${counts}`);
}

/** @returns what was counted of a session so far, for an engine that goes on with it */
export async function receptionOf(manager: EntityManager, sessionId: string): Promise<TrackReception[]> {
  const rows = await manager.findBy(CompletenessRow, { sessionId });
  return rows.map(({ kind, packetsReceived, packetsRepaired, packetsLost, framesDropped }) => {
    return { kind, packetsReceived, packetsRepaired, packetsLost, framesDropped };
  });
}
