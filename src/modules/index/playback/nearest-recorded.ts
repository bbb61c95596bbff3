import { LessThanOrEqual, MoreThanOrEqual, type EntityManager, type FindOptionsWhere } from 'typeorm';
import { RecordingSession, SegmentRow, SessionPart } from '../entities/index.js';
import { anchorOf } from './recorded-part.js';

/** Wall clock of what was recorded next to a time at which nothing was. */
export interface NearestRecorded {
  /** The last millisecond of the media before it. */
  readonly beforeMs: number | undefined;
  /** The first millisecond of the media behind it. */
  readonly afterMs: number | undefined;
}

/** @returns undefined when nothing at all is recorded of the stream */
export async function findNearest(
  manager: EntityManager,
  stream: string,
  fromMs: number,
  toMs: number,
): Promise<NearestRecorded | undefined> {
  const around = await neighbours(manager, stream, fromMs);
  if (around.length === 0) return undefined;
  const before: number[] = [];
  const after: number[] = [];
  for (const part of around) {
    const session = await manager.findOneBy(RecordingSession, { id: part.sessionId });
    if (session === null) continue;
    const anchorMs = anchorOf(session);
    const { sessionId } = part;
    const last = await segmentOf(manager, { sessionId, startMs: LessThanOrEqual(fromMs - anchorMs) }, 'DESC');
    const first = await segmentOf(manager, { sessionId, startMs: MoreThanOrEqual(toMs - anchorMs) }, 'ASC');
    if (last !== undefined) before.push(anchorMs + last.startMs + last.durationMs - 1);
    if (first !== undefined) after.push(anchorMs + first.startMs);
  }
  return {
    beforeMs: before.length === 0 ? undefined : Math.max(...before),
    afterMs: after.length === 0 ? undefined : Math.min(...after),
  };
}

/** The last part that began by then and the first that began later. */
async function neighbours(manager: EntityManager, stream: string, fromMs: number): Promise<SessionPart[]> {
  const from = new Date(fromMs);
  const before = {
    where: { stream, startedAt: LessThanOrEqual(from) },
    order: { startedAt: 'DESC' },
    take: 1,
  } as const;
  const after = { where: { stream, startedAt: MoreThanOrEqual(from) }, order: { startedAt: 'ASC' }, take: 1 } as const;
  return [...(await manager.find(SessionPart, before)), ...(await manager.find(SessionPart, after))];
}

async function segmentOf(
  manager: EntityManager,
  where: FindOptionsWhere<SegmentRow>,
  direction: 'ASC' | 'DESC',
): Promise<SegmentRow | undefined> {
  const [row] = await manager.find(SegmentRow, { where, order: { startMs: direction }, take: 1 });
  return row;
}
