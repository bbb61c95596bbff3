import type { DataSource, EntityManager } from 'typeorm';
import { lockNames } from '../../../persistence/row-locks.js';
import { inTransaction } from '../../../persistence/transaction.js';
import type { PlacedTimeline } from '../../../media/manifests/places.js';
import { WindowPlace } from '../entities/index.js';
import { MovingWindow } from './moving-window.js';

/** @returns by which segment those of a stream are numbered in one way to count; to be asked before its rows are */
export function findWindowPlaces(manager: EntityManager, stream: string): Promise<WindowPlace[]> {
  return manager.findBy(WindowPlace, { stream });
}

/**
 * Numbers a window by what is known, and keeps the numbers of its newest Period: what is gone from all windows is not
 * needed to go on from there.
 *
 * @param known what {@link findWindowPlaces} said
 */
export async function numberedWindow(
  dataSource: DataSource,
  stream: string,
  placed: PlacedTimeline,
  known: readonly WindowPlace[],
): Promise<MovingWindow> {
  const { places } = placed;
  // A way to count that is new goes on from the plain one.
  const before = known.find((one) => one.places === places) ?? known.find((one) => one.places === 0);
  const window = new MovingWindow(placed, before);
  const newest = window.newest();
  if (newest === undefined || (before?.places === places && isSame(before, newest))) return window;
  const current = await inTransaction(dataSource, async (manager) => {
    await lockNames(manager, [`window of ${stream}`]);
    const kept = await manager.findOneBy(WindowPlace, { stream, places });
    if (kept !== null && kept.startedAt.getTime() >= newest.startEpochMs) return kept;
    const { startEpochMs, ...numbered } = new MovingWindow(placed, kept ?? before).newest() ?? newest;
    const place = { ...numbered, stream, places, startedAt: new Date(startEpochMs), updatedAt: new Date() };
    return manager.save(WindowPlace, place);
  });
  // What another server has kept meanwhile holds, where this window knows it.
  return new MovingWindow(placed, isKnown(placed, current) ? current : before);
}

function isSame(one: WindowPlace, { sessionId, startMs }: Pick<WindowPlace, 'sessionId' | 'startMs'>): boolean {
  return one.sessionId === sessionId && one.startMs === startMs;
}

function isKnown({ whole }: PlacedTimeline, place: WindowPlace): boolean {
  return whole.periods.some(({ segments }) =>
    segments.some(({ sessionId, startMs }) => sessionId === place.sessionId && startMs === place.startMs),
  );
}
