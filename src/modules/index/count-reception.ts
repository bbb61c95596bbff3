import type { EntityManager } from 'typeorm';
import type { SegmentClosed, TrackReception } from '../../engine/index.js';
import type { MediaKind } from '../../media/codecs/codec.js';
import { CompletenessRow } from './entities/index.js';

/** The counts of a track before anything came of it. */
export const NOTHING_COUNTED = {
  packetsReceived: 0,
  packetsRepaired: 0,
  packetsLost: 0,
  framesRecorded: 0,
  framesDropped: 0,
};

/** Takes over what the engine has counted of a session; told again it changes nothing. To be called in a transaction. */
export async function countReception(
  manager: EntityManager,
  sessionId: string,
  tracks: readonly TrackReception[],
): Promise<void> {
  for (const { kind, ...counted } of tracks) {
    await makeRow(manager, sessionId, kind);
    await manager.update(CompletenessRow, { sessionId, kind }, counted);
  }
}

/** Counts the samples of a segment that is committed for the first time. To be called in its transaction. */
export async function countFrames(
  manager: EntityManager,
  { recordingSessionId: sessionId, objects }: SegmentClosed,
): Promise<void> {
  for (const { kind, samples } of objects) {
    await makeRow(manager, sessionId, kind);
    await manager.increment(CompletenessRow, { sessionId, kind }, 'framesRecorded', samples);
  }
}

/** @returns what was counted of a session so far, for an engine that goes on with it */
export async function receptionOf(manager: EntityManager, sessionId: string): Promise<TrackReception[]> {
  const rows = await manager.findBy(CompletenessRow, { sessionId });
  return rows.map(({ kind, packetsReceived, packetsRepaired, packetsLost, framesDropped }) => {
    return { kind, packetsReceived, packetsRepaired, packetsLost, framesDropped };
  });
}

async function makeRow(manager: EntityManager, sessionId: string, kind: MediaKind): Promise<void> {
  if (await manager.existsBy(CompletenessRow, { sessionId, kind })) return;
  await manager.insert(CompletenessRow, { sessionId, kind, ...NOTHING_COUNTED });
}
