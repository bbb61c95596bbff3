import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { afterCommit } from '../../../persistence/transaction.js';
import { OutboxService, type OutgoingObject } from '../../storage/outbox.service.js';
import { parseObjectKey, type ObjectKey } from '../../storage/ports/object-key.js';
import type { UploadListener } from '../../storage/ports/upload-listener.js';
import { SessionPart, TrackRow } from '../entities/index.js';
import { ManifestService } from '../manifest.service.js';
import { manifestNamesOf } from '../manifests/manifest-document.js';
import { markObject } from './mark-object.js';
import { sessionFileName, splitKey } from '../directories/object-names.js';
import { renameObject } from './rename-object.js';
import { takeBack } from '../spool/take-back.js';

/** Keeps the rows of segments and tracks true about where their bytes are. */
@Injectable()
export class SegmentUploads implements Omit<UploadListener, 'failed'>, OnModuleInit {
  private readonly logger = new Logger(SegmentUploads.name);

  constructor(
    private readonly outbox: OutboxService,
    private readonly manifests: ManifestService,
  ) {}

  onModuleInit(): void {
    this.outbox.tellUploads(this);
  }

  /** A segment is stored when the last of its objects is. What of it is lost need not be waited for. */
  async stored(manager: EntityManager, key: ObjectKey): Promise<void> {
    if (await markObject(manager, this.outbox, key, false)) this.publishAfter(manager, key);
  }

  async lost(manager: EntityManager, key: ObjectKey): Promise<void> {
    if (await markObject(manager, this.outbox, key, true)) this.publishAfter(manager, key);
  }

  missing(manager: EntityManager, key: ObjectKey): Promise<boolean> {
    return takeBack(manager, key);
  }

  async renamed(manager: EntityManager, key: ObjectKey, newKey: ObjectKey): Promise<boolean> {
    const isRenamed = await renameObject(manager, key, newKey);
    if (isRenamed) this.publishAfter(manager, key);
    return isRenamed;
  }

  /** What the media is played with, and found again by, goes there too: a backup is of use by itself. */
  async backedUp(manager: EntityManager, key: ObjectKey): Promise<void> {
    const { directory } = splitKey(key);
    const parts = await manager.findBy(SessionPart, { directory });
    const tracks = await manager.findBy(TrackRow, { directory });
    await this.outbox.uploadAgain(manager, tracks.map(initOf), [
      ...manifestNamesOf(tracks).map((view) => parseObjectKey(`${directory}/${view}`)),
      ...parts.map(({ sessionId }) => parseObjectKey(`${directory}/${sessionFileName(sessionId)}`)),
    ]);
  }

  private publishAfter(manager: EntityManager, key: ObjectKey): void {
    afterCommit(manager, () => void this.publish(splitKey(key).directory));
  }

  private async publish(directory: string): Promise<void> {
    try {
      await this.manifests.publish(directory);
    } catch (error) {
      this.logger.warn({ err: error, directory }, 'The manifests could not be written after an upload changed them.');
    }
  }
}

function initOf({ initObjectKey, initSizeBytes: sizeBytes, initSha256: sha256 }: TrackRow): OutgoingObject {
  return { key: parseObjectKey(initObjectKey), sizeBytes, sha256 };
}
