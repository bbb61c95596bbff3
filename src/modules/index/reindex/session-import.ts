import { In } from 'typeorm';
import { inTransaction } from '../../../persistence/transaction.js';
import type { Archive } from '../archive/archive.js';
import { RecordingSession } from '../entities/index.js';
import { readScope } from '../fsck/directory-scope.js';
import { RUNNING_STATES, type RecordingSessionState } from '../sessions/recording-session.js';
import { importSessionFile } from './import-session-file.js';
import type { SessionFileRows } from './session-file-rows.js';
import { settleDirectory } from './settle-directory.js';

/** What the newest file of a session says of it; a session that went through several directories has one in each. */
interface Newest {
  readonly rank: number;
  readonly stream: string;
  readonly nodeAlias: string;
  readonly startedAtMs: number;
  readonly state: RecordingSessionState;
}

/** Takes up session files one after the other. */
export class SessionImport {
  private readonly newest = new Map<string, Newest>();

  constructor(private readonly archive: Archive) {}

  async take(file: SessionFileRows): Promise<void> {
    const { directory } = file;
    const { id, stream, nodeAlias, startedAt, state } = file.session;
    const rank = rankOf(file);
    const known = this.newest.get(id);
    const isNewest = known === undefined || rank > known.rank;
    if (isNewest) this.newest.set(id, { rank, stream, nodeAlias, startedAtMs: startedAt.getTime(), state });
    const scope = await readScope(this.archive, directory);
    const starts = new Map(file.partStartedAt === null ? [] : [[id, file.partStartedAt]]);
    await inTransaction(this.archive.dataSource, async (manager) => {
      await importSessionFile(manager, this.archive, scope, file, isNewest);
      await settleDirectory(manager, this.archive, directory, starts);
    });
  }

  /** Of each stream and node at most one session may have been running: the last. The next start takes it up again. */
  async end(): Promise<void> {
    const running = new Map<string, readonly [string, Newest]>();
    for (const [id, session] of this.newest) {
      if (!RUNNING_STATES.includes(session.state)) continue;
      const key = JSON.stringify([session.stream, session.nodeAlias]);
      const [, other] = running.get(key) ?? [];
      if (other === undefined || other.startedAtMs < session.startedAtMs) running.set(key, [id, session]);
    }
    for (const [id, { state }] of running.values()) {
      await inTransaction(this.archive.dataSource, (manager) =>
        manager.update(RecordingSession, { id, state: In(['finalizing']) }, { state }),
      );
    }
  }
}

/** A file that tells the end is newer than one that does not; of two such the one with the later media. */
function rankOf({ session, segments }: SessionFileRows): number {
  const isEnded = session.state === 'completed' || session.state === 'failed';
  const lastMs = segments.reduce((last, { startMs, durationMs }) => Math.max(last, startMs + durationMs), 0);
  return (isEnded ? Number.MAX_SAFE_INTEGER / 2 : 0) + lastMs;
}
