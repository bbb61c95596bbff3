import { Between, In, type EntityManager } from 'typeorm';
import { lockNames } from '../../../persistence/row-locks.js';
import type { CalendarDay } from '../../../shared/calendar-day.js';
import { largestOf, smallestOf } from '../../../shared/extremes.js';
import { dayOfDefaultDirectory, dayOfDirectory } from '../directories/directory-day.js';
import { Recording, SessionPart } from '../entities/index.js';
import { daysOf } from '../commits/lock-session.js';
import { manifestPath } from '../directories/object-names.js';
import { recordingId } from '../recordings/recording-id.js';

/** Zones are up to 14 hours from UTC, and a day has up to 25. */
const NEARBY_MS = 40 * 3_600_000;

interface DayOfStream {
  readonly stream: string;
  readonly day: CalendarDay;
  /** An instant of the day. */
  readonly nearMs: number;
  readonly timeZone: string;
}

/**
 * Makes the row of a stream's day true after something of that day was deleted: it goes with the last part, and points at
 * another directory of the day when its own has nothing left. To be called in a transaction.
 */
export async function repointDay(
  manager: EntityManager,
  { stream, day, nearMs, timeZone }: DayOfStream,
): Promise<void> {
  await lockNames(manager, [daysOf(stream)]);
  const parts = await partsNear(manager, { stream, day, nearMs, timeZone });
  const existing = await manager.findOneBy(Recording, { stream, ...day });
  const part = parts.find(({ directory }) => dayOfDefaultDirectory(stream, directory) !== undefined) ?? parts[0];
  if (part === undefined) {
    await manager.delete(Recording, { stream, ...day });
    return;
  }
  if (parts.some(({ directory }) => manifestPath(directory) === existing?.mpdPath)) return;
  const now = new Date();
  const changed = { mpdPath: manifestPath(part.directory), updatedAt: now };
  if (existing === null)
    await manager.insert(Recording, { id: recordingId(stream, day), stream, ...day, ...changed, createdAt: now });
  else await manager.update(Recording, { id: existing.id }, changed);
}

/** @returns what sessions have of a stream's day, in order */
export function partsOfDay(
  manager: EntityManager,
  { stream, year, month, day }: Pick<Recording, 'stream' | 'year' | 'month' | 'day'>,
  timeZone: string,
): Promise<SessionPart[]> {
  const nearMs = Date.UTC(year, month - 1, day, 12);
  return partsNear(manager, { stream, day: { year, month, day }, nearMs, timeZone });
}

/** @returns what sessions have of each day, in order, by the id of the recording */
export async function partsOfDays(
  manager: EntityManager,
  recordings: readonly Recording[],
  timeZone: string,
): Promise<Map<string, SessionPart[]>> {
  const noons = recordings.map(({ year, month, day }) => Date.UTC(year, month - 1, day, 12));
  const from = new Date(smallestOf(noons) - NEARBY_MS);
  const to = new Date(largestOf(noons) + NEARBY_MS);
  const parts = new Map(recordings.map(({ id }): [string, SessionPart[]] => [id, []]));
  if (recordings.length === 0) return parts;
  const nearby = await manager.find(SessionPart, {
    where: { stream: In([...new Set(recordings.map(({ stream }) => stream))]), startedAt: Between(from, to) },
    order: { startedAt: 'ASC' },
  });
  for (const part of nearby) parts.get(recordingId(part.stream, listedDay(part, timeZone)))?.push(part);
  return parts;
}

async function partsNear(
  manager: EntityManager,
  { stream, day, nearMs, timeZone }: DayOfStream,
): Promise<SessionPart[]> {
  const nearby = await manager.find(SessionPart, {
    where: { stream, startedAt: Between(new Date(nearMs - NEARBY_MS), new Date(nearMs + NEARBY_MS)) },
    order: { startedAt: 'ASC' },
  });
  return nearby.filter((part) => isSameDay(listedDay(part, timeZone), day));
}

/** @returns the day that a part is listed under */
export function listedDay(
  { stream, directory, startedAt }: Pick<SessionPart, 'stream' | 'directory' | 'startedAt'>,
  timeZone: string,
): CalendarDay {
  return dayOfDirectory(stream, directory, startedAt, timeZone);
}

function isSameDay(one: CalendarDay, other: CalendarDay): boolean {
  return one.year === other.year && one.month === other.month && one.day === other.day;
}
