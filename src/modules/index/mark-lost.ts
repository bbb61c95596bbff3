import type { EntityManager } from 'typeorm';
import { RecordingSession, SegmentRow, TrackRow } from './entities/index.js';
import { parseSegmentName, splitKey } from './object-names.js';

/**
 * Says in the rows that the bytes of an object are nowhere. A segment is lost with any of its objects; with an init, which
 * nothing can make again, are lost all segments that cannot be played without it. To be called in a transaction.
 *
 * @returns whether the views of the directory say something else now
 */
export async function markLost(manager: EntityManager, key: string): Promise<boolean> {
  const { directory, name } = splitKey(key);
  const number = parseSegmentName(name)?.number;
  const rows =
    number === undefined
      ? await segmentsOfInit(manager, directory, key)
      : await manager.findBy(SegmentRow, { directory, number });
  const found = rows.filter(({ state }) => state !== 'lost');
  for (const row of found) await manager.update(SegmentRow, { directory, number: row.number }, { state: 'lost' });
  for (const id of new Set(found.map(({ sessionId }) => sessionId))) {
    await manager.update(RecordingSession, { id }, { updatedAt: new Date() });
  }
  return found.length > 0;
}

async function segmentsOfInit(manager: EntityManager, directory: string, initObjectKey: string): Promise<SegmentRow[]> {
  const needing: SegmentRow[] = [];
  for (const { sessionId, trackId } of await manager.findBy(TrackRow, { directory, initObjectKey })) {
    const rows = await manager.findBy(SegmentRow, { directory, sessionId });
    needing.push(...rows.filter(({ objects }) => objects.some((object) => object.trackId === trackId)));
  }
  return needing;
}
