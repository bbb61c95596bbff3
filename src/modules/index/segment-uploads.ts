import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { afterCommit } from '../../persistence/transaction.js';
import { OutboxService } from '../storage/outbox.service.js';
import { parseObjectKey, type ObjectKey } from '../storage/ports/object-key.js';
import type { UploadListener } from '../storage/ports/upload-listener.js';
import { RecordingSession, SegmentRow } from './entities/index.js';
import { ManifestService } from './manifest.service.js';
import { parseSegmentName, splitKey } from './object-names.js';

/** Keeps the rows of segments true about where their bytes are. */
@Injectable()
export class SegmentUploads implements UploadListener, OnModuleInit {
  private readonly logger = new Logger(SegmentUploads.name);

  constructor(
    private readonly outbox: OutboxService,
    private readonly manifests: ManifestService,
  ) {}

  onModuleInit(): void {
    this.outbox.tellUploads(this);
  }

  /** A segment is stored when the last of its objects is. One that was given up for lost is found again so. */
  async stored(manager: EntityManager, key: ObjectKey): Promise<void> {
    const segment = await this.segmentOf(manager, key);
    if (segment === null) return;
    for (const { objectKey } of segment.objects) {
      if (await this.outbox.isUploading(manager, parseObjectKey(objectKey))) return;
    }
    await this.change(manager, segment, 'stored');
  }

  async lost(manager: EntityManager, key: ObjectKey): Promise<void> {
    const segment = await this.segmentOf(manager, key);
    if (segment !== null) await this.change(manager, segment, 'lost');
  }

  private async segmentOf(manager: EntityManager, key: ObjectKey): Promise<SegmentRow | null> {
    const { directory, name } = splitKey(key);
    const number = parseSegmentName(name)?.number;
    return number === undefined ? null : manager.findOneBy(SegmentRow, { directory, number });
  }

  private async change(manager: EntityManager, segment: SegmentRow, state: 'stored' | 'lost'): Promise<void> {
    const { directory, number, sessionId, state: before } = segment;
    if (state === before) return;
    await manager.update(SegmentRow, { directory, number }, { state });
    if (state !== 'lost' && before !== 'lost') return;
    // What the manifests and the session's file say of it has changed.
    await manager.update(RecordingSession, { id: sessionId }, { updatedAt: new Date() });
    afterCommit(manager, () => void this.publish(directory));
  }

  private async publish(directory: string): Promise<void> {
    try {
      await this.manifests.publish(directory);
    } catch (error) {
      this.logger.warn({ err: error, directory }, 'The manifests could not be written after a segment was lost.');
    }
  }
}
