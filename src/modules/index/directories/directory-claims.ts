import type { EntityManager } from 'typeorm';
import { RecordingSession, SessionPart } from '../entities/index.js';

/**
 * A directory is a stream's when the stream has ever recorded media there or may still, or when its default tree (the folder of its name)
 * lies above, below or there.
 *
 * @param exceptStream whose own claim does not count
 */
export async function findDirectoryOwner(
  manager: EntityManager,
  directory: string,
  exceptStream: string,
): Promise<string | undefined> {
  const parts = directory.split('/');
  const above = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  const row = await manager
    .createQueryBuilder(RecordingSession, 'session')
    .leftJoin(SessionPart, 'part', 'part.sessionId = session.id AND part.directory = :directory', { directory })
    .select('session.stream', 'stream')
    .where('session.stream <> :exceptStream', { exceptStream })
    .andWhere(
      `(part.directory IS NOT NULL OR (session.directory = :directory AND session.endedAt IS NULL) OR session.stream IN (:...above)
        OR substr(session.stream, 1, length(:below)) = :below)`,
      { above, below: `${directory}/` },
    )
    .limit(1)
    .getRawOne<{ stream: string }>();
  return row?.stream;
}
