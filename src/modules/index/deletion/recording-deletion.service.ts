import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource, In } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '../../../config/index.js';
import { OutboxService } from '../../storage/outbox.service.js';
import { SessionPart } from '../entities/index.js';
import { ManifestService } from '../manifest.service.js';
import { deleteSessions, type Deletion } from './delete-recordings.js';
import { trimSession, type TrimOptions } from './trim-session.js';

/** Takes recordings away, and has the manifests say so. */
@Injectable()
export class RecordingDeletionService {
  private readonly logger = new Logger(RecordingDeletionService.name);

  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: OutboxService,
    private readonly manifests: ManifestService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /**
   * All or, when one of them may not be deleted, none. Objects follow through the outbox.
   *
   * @param removeObjects false leaves files and objects where they are, for reindex to take up again
   * @throws {UnknownRecordingSessionError | RecordingSessionUnfinishedError | RecordingSessionHeldError}
   */
  async deleteSessions(sessionIds: readonly string[], removeObjects: boolean): Promise<Deletion> {
    const parts = await this.dataSource.manager.findBy(SessionPart, { sessionId: In([...sessionIds]) });
    try {
      const options = { ...this.surroundings, removeObjects };
      return await deleteSessions(this.dataSource.manager, this.outbox, sessionIds, options);
    } finally {
      await this.publish(new Set(parts.map(({ directory }) => directory)));
    }
  }

  /** Deletes old segments of a session and keeps the rest; one that is held stays as it is. */
  async trimSession(sessionId: string, bounds: Pick<TrimOptions, 'endedBy' | 'onlyStored'>): Promise<Deletion> {
    const options = { ...this.surroundings, ...bounds };
    const deletion = await trimSession(this.dataSource.manager, this.outbox, sessionId, options);
    await this.publish(deletion.directories);
    return deletion;
  }

  private get surroundings(): Pick<TrimOptions, 'timeZone' | 'undisturbed'> {
    return {
      timeZone: this.config.recorder.time_zone,
      undisturbed: (directory, work) => this.manifests.undisturbed(directory, work),
    };
  }

  private async publish(directories: Iterable<string>): Promise<void> {
    for (const directory of directories) {
      try {
        await this.manifests.publish(directory);
      } catch (error) {
        this.logger.warn({ err: error, directory }, 'The manifests could not be written after a deletion.');
      }
    }
  }
}
