import { Injectable } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';
import { inTransaction } from '../../../persistence/transaction.js';
import { RecordingSession } from '../entities/index.js';
import { UnknownRecordingSessionError } from '../index.errors.js';
import { tellSession } from '../events/index-events.js';
import { RecordedSessionsService } from '../recorded-sessions.service.js';
import { takeSession } from '../commits/lock-session.js';
import { ManifestService } from '../manifest.service.js';

/** Keeps recording sessions from being deleted, by whomever: a court asks for them, or somebody still needs them. */
@Injectable()
export class SessionHoldService {
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

  /** The session files say it too: a hold outlives the database. */
  private async change(sessionId: string, heldAt: Date | null): Promise<void> {
    await inTransaction(this.dataSource, async (manager) => {
      if ((await takeSession(manager, sessionId)) === null) throw new UnknownRecordingSessionError(sessionId);
      const unlessHeld = heldAt === null ? {} : { heldAt: IsNull() };
      await manager.update(RecordingSession, { id: sessionId, ...unlessHeld }, { heldAt, updatedAt: new Date() });
      await tellSession(manager, sessionId);
    });
    for (const directory of await this.sessions.directoriesOf(sessionId)) await this.manifests.publish(directory);
  }
}
