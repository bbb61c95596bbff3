import { Injectable, Logger } from '@nestjs/common';
import { DataSource, In, IsNull, Not } from 'typeorm';
import { inTransaction } from '../../../persistence/transaction.js';
import { RecordingSession } from '../entities/index.js';
import { UnknownRecordingSessionError } from '../index.errors.js';
import { tellSession } from '../events/index-events.js';
import { RecordedSessionsService } from '../recorded-sessions.service.js';
import { takeSession } from '../commits/lock-session.js';
import { ManifestService } from '../manifest.service.js';
import { UNFINISHED_STATES } from './recording-session.js';

/** Keeps recording sessions from being deleted, by whomever: a court asks for them, or somebody still needs them. */
@Injectable()
export class SessionHoldService {
  private readonly logger = new Logger(SessionHoldService.name);

  constructor(
    private readonly dataSource: DataSource,
    private readonly sessions: RecordedSessionsService,
    private readonly manifests: ManifestService,
  ) {}

  /** One that is held already stays held since then. @throws {UnknownRecordingSessionError} */
  async hold(sessionId: string): Promise<void> {
    await this.change(sessionId, new Date());
  }

  /** @throws {UnknownRecordingSessionError} */
  async release(sessionId: string): Promise<void> {
    await this.change(sessionId, null);
  }

  /**
   * The session files say it too: a hold outlives the database. Where they cannot be written it holds all the same, and the
   * next start writes them.
   */
  private async change(sessionId: string, heldAt: Date | null): Promise<void> {
    await inTransaction(this.dataSource, async (manager) => {
      if ((await takeSession(manager, sessionId)) === null) throw new UnknownRecordingSessionError(sessionId);
      const unlessHeld = heldAt === null ? {} : { heldAt: IsNull() };
      await manager.update(RecordingSession, { id: sessionId, ...unlessHeld }, { heldAt, updatedAt: new Date() });
      await manager.update(RecordingSession, { id: sessionId, publishedAt: Not(IsNull()) }, { publishedAt: null });
      await tellSession(manager, sessionId);
    });
    try {
      for (const directory of await this.sessions.directoriesOf(sessionId)) await this.manifests.publish(directory);
      await inTransaction(this.dataSource, (manager) => {
        const isOver = { publishedAt: IsNull(), state: Not(In(UNFINISHED_STATES)) };
        return manager.update(RecordingSession, { id: sessionId, ...isOver }, { publishedAt: new Date() });
      });
    } catch (error) {
      this.logger.error({ err: error, sessionId }, 'The session files do not say yet whether the session is held.');
    }
  }
}
