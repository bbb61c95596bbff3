import { Inject, Injectable } from '@nestjs/common';
import { DataSource, In, IsNull } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import type { TrackReception } from '../../engine/index.js';
import {
  findCommittedPart,
  findSegmentBefore,
  type CommittedPart,
  type CommittedSegment,
} from './commits/committed-segments.js';
import { receptionOf } from './commits/count-reception.js';
import { RecordingSession, SessionPart } from './entities/index.js';
import {
  UNFINISHED_STATES,
  type RecordingSessionState,
  type RecordingSessionView,
} from './sessions/recording-session.js';
import { sessionView } from './sessions/session-view.js';

export type { CommittedPart, CommittedSegment } from './commits/committed-segments.js';

/** What is known of recording sessions: what goes on from there asks here, above all what follows a crash. */
@Injectable()
export class RecordedSessionsService {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async session(sessionId: string): Promise<RecordingSessionView | undefined> {
    const row = await this.dataSource.manager.findOneBy(RecordingSession, { id: sessionId });
    return row === null ? undefined : sessionView(row);
  }

  /** What was counted of a session's media so far. */
  receptionOf(sessionId: string): Promise<TrackReception[]> {
    return receptionOf(this.dataSource.manager, sessionId);
  }

  /** Where a session has media, and where it records now or ended. */
  async directoriesOf(sessionId: string): Promise<string[]> {
    const { manager } = this.dataSource;
    const parts = await manager.find(SessionPart, { where: { sessionId }, order: { startMs: 'ASC' } });
    const row = await manager.findOneBy(RecordingSession, { id: sessionId });
    const directories = parts.map(({ directory }) => directory);
    return [...new Set(row === null ? directories : [...directories, row.directory])];
  }

  /**
   * What this node left behind when it stopped, oldest first. A SQLite database has one server, whatever it was called
   * when it wrote them; elsewhere the alias tells.
   */
  unfinishedSessions(): Promise<RecordingSessionView[]> {
    return this.leftInState(UNFINISHED_STATES);
  }

  /** Sessions of this node that ended, and whose manifests may not say so. */
  unpublishedSessions(): Promise<RecordingSessionView[]> {
    return this.leftInState(['completed', 'failed']);
  }

  /** What the rows say of a session that a crash interrupted, in one of its directories. */
  committedPart(sessionId: string, directory: string): Promise<CommittedPart> {
    return findCommittedPart(this.dataSource.manager, sessionId, directory);
  }

  /** @returns the session's last segment before a number of a directory; without any there its last one elsewhere */
  segmentBefore(sessionId: string, directory: string, number: number): Promise<CommittedSegment | undefined> {
    return findSegmentBefore(this.dataSource.manager, sessionId, directory, number);
  }

  private async leftInState(states: readonly RecordingSessionState[]): Promise<RecordingSessionView[]> {
    const isAlone = this.dataSource.options.type === 'better-sqlite3';
    const node = isAlone ? {} : { nodeAlias: this.config.recorder.node_alias };
    const rows = await this.dataSource.manager.find(RecordingSession, {
      where: { state: In(states), publishedAt: IsNull(), ...node },
      order: { startedAt: 'ASC' },
    });
    return rows.map(sessionView);
  }
}
