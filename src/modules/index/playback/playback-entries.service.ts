import type { EntityManager } from 'typeorm';
import { dayOfDirectory } from '../directories/directory-day.js';
import { SessionPart } from '../entities/index.js';
import { manifestPath } from '../object-names.js';
import type { PlaybackEntry } from '../sessions/recording-session.js';

/** @returns names of the streams with recorded media, sorted */
export async function findRecordedStreams(manager: EntityManager): Promise<string[]> {
  const rows = await manager
    .createQueryBuilder(SessionPart, 'part')
    .select('DISTINCT part.stream', 'stream')
    .orderBy('part.stream')
    .getRawMany<{ stream: string }>();
  return rows.map(({ stream }) => stream);
}

/** @returns one entry for each directory that the stream has media in, oldest first */
export async function findPlaybackEntries(
  manager: EntityManager,
  stream: string,
  timeZone: string,
): Promise<PlaybackEntry[]> {
  const rows = await manager
    .createQueryBuilder(SessionPart, 'part')
    .select('part.directory', 'directory')
    .addSelect('MIN(part.startedAt)', 'startedAt')
    .addSelect('SUM(part.endMs - part.startMs)', 'durationMs')
    .where('part.stream = :stream', { stream })
    .groupBy('part.directory')
    .orderBy('MIN(part.startedAt)')
    .addOrderBy('part.directory')
    .getRawMany<{ directory: string; startedAt: string | Date; durationMs: number | string }>();
  return rows.map(({ directory, startedAt, durationMs }) => {
    const start = new Date(startedAt);
    return {
      record: String(Math.floor(start.getTime() / 1000)),
      ...dayOfDirectory(stream, directory, start, timeZone),
      mpd_path: manifestPath(directory),
      duration_ms: Number(durationMs),
    };
  });
}
