import { Inject, Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { DataSource, In, LessThanOrEqual, MoreThanOrEqual } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '../../../config/index.js';
import { OutboxService } from '../../storage/outbox.service.js';
import type { DeletionReason } from '../entities/deleted-stretch.entity.js';
import { Recording, RecordingSession, SessionPart } from '../entities/index.js';
import { DeletionInterruptedError, RecordingNotFoundError } from '../index.errors.js';
import { ManifestService } from '../manifest.service.js';
import { ThumbnailService } from '../thumbnails/thumbnail.service.js';
import { deleteParts, deleteSessions, type Deletion } from './delete-recordings.js';
import type { FilteredDeletionQuery } from './deletion-query.js';
import { markPublished } from './publication.js';
import { partsOfDay } from './recording-day.js';
import { trimSession, type TrimOptions } from './trim-session.js';

/** Takes recordings away, and has the manifests say so. */
@Injectable()
export class RecordingDeletionService implements BeforeApplicationShutdown {
  private readonly logger = new Logger(RecordingDeletionService.name);
  private isStopping = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: OutboxService,
    private readonly manifests: ManifestService,
    private readonly thumbnails: ThumbnailService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /** What is being deleted ends with its present transaction. */
  beforeApplicationShutdown(): void {
    this.isStopping = true;
  }

  /**
   * All or, when one of them may not be deleted, none. Objects follow through the outbox.
   *
   * @param removeObjects false leaves files and objects where they are, for reindex to take up again
   * @param reason that who asks for it later is told
   * @throws {UnknownRecordingSessionError | RecordingSessionUnfinishedError | RecordingSessionHeldError}
   */
  async deleteSessions(
    sessionIds: readonly string[],
    removeObjects: boolean,
    reason: DeletionReason = 'deleted',
  ): Promise<Deletion> {
    const { manager } = this.dataSource;
    const parts = await manager.findBy(SessionPart, { sessionId: In([...sessionIds]) });
    return this.published(
      parts,
      deleteSessions(manager, this.outbox, sessionIds, { ...this.surroundings, removeObjects, reason }),
    );
  }

  /**
   * Whole sessions of a stream, a range of time, or both. A session that reaches out of the range stays.
   *
   * @throws {RecordingSessionUnfinishedError | RecordingSessionHeldError}
   */
  async deleteMatching({ stream, from, to, removeObjects }: FilteredDeletionQuery): Promise<Deletion> {
    const rows = await this.dataSource.manager.find(RecordingSession, {
      select: { id: true },
      where: {
        ...(stream === undefined ? {} : { stream }),
        ...(from === undefined ? {} : { startedAt: MoreThanOrEqual(from) }),
        ...(to === undefined ? {} : { endedAt: LessThanOrEqual(to) }),
      },
      order: { startedAt: 'ASC' },
    });
    const ids = rows.map(({ id }) => id);
    return this.deleteSessions(ids, removeObjects);
  }

  /**
   * What was recorded of a stream on one day.
   *
   * @throws {RecordingNotFoundError | RecordingSessionUnfinishedError | RecordingSessionHeldError}
   */
  async deleteRecording(recordingId: string, removeObjects: boolean): Promise<Deletion> {
    const { manager } = this.dataSource;
    const recording = await manager.findOneBy(Recording, { id: recordingId });
    if (recording === null) throw new RecordingNotFoundError(recordingId);
    const parts = await partsOfDay(manager, recording, this.config.recorder.time_zone);
    const others = await manager.findBy(SessionPart, { sessionId: In(parts.map(({ sessionId }) => sessionId)) });
    return this.published(
      others,
      deleteParts(manager, this.outbox, parts, { ...this.surroundings, removeObjects, reason: 'deleted' }),
    );
  }

  /** Deletes old segments of a session and keeps the rest; one that is held stays as it is. */
  async trimSession(sessionId: string, bounds: Pick<TrimOptions, 'endedBy' | 'onlyStored'>): Promise<Deletion> {
    const { manager } = this.dataSource;
    const parts = await manager.findBy(SessionPart, { sessionId });
    const deletion = await trimSession(manager, this.outbox, sessionId, { ...this.surroundings, ...bounds });
    // The session's file in each of its directories tells of the whole session.
    if (deletion.segmentCount > 0) await this.publish(new Set(parts.map(({ directory }) => directory)));
    return deletion;
  }

  /** Also when it was cut short: what was deleted by then is gone. */
  private async published(parts: readonly SessionPart[], deletion: Promise<Deletion>): Promise<Deletion> {
    try {
      return await deletion;
    } finally {
      await this.publish(new Set(parts.map(({ directory }) => directory)));
    }
  }

  private get surroundings(): Pick<TrimOptions, 'timeZone' | 'undisturbed'> {
    return {
      timeZone: this.config.recorder.time_zone,
      undisturbed: async (directory, work) => {
        if (this.isStopping) throw new DeletionInterruptedError();
        return this.manifests.undisturbed(directory, work);
      },
    };
  }

  /** What cannot be written now is written at the next start, and served from the rows until then. */
  private async publish(directories: ReadonlySet<string>): Promise<void> {
    const written = new Set<string>();
    for (const directory of directories) {
      await this.thumbnails.forget(directory);
      try {
        await this.manifests.publish(directory);
        if (!this.manifests.isLive(directory)) written.add(directory);
      } catch (error) {
        this.logger.warn({ err: error, directory }, 'The manifests could not be written after a deletion.');
      }
    }
    await markPublished(this.dataSource, written);
  }
}
