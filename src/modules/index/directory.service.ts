import { Injectable, Logger } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { RecordingDirectory } from '../../engine/index.js';
import { inTransaction } from '../../persistence/transaction.js';
import type { StoredObject } from '../storage/ports/storage-driver.js';
import { StorageCallUnsupportedError, StorageUnavailableError } from '../storage/storage.errors.js';
import { StorageService } from '../storage/storage.service.js';
import { enterDirectory } from './deletion/directory-marks.js';
import { findDirectoryOwner } from './directories/directory-claims.js';
import { directoryStateOf, isKnown } from './directories/directory-state.js';
import { splitKey } from './directories/object-names.js';
import { SegmentRow, TrackRow } from './entities/index.js';

/** The directories that recordings write into: whose they are, and what is there. */
@Injectable()
export class DirectoryService {
  private readonly logger = new Logger(DirectoryService.name);

  constructor(
    private readonly dataSource: DataSource,
    private readonly storage: StorageService,
  ) {}

  /** What a recording must know before it writes there, from rows and from the files that lie there. Inits are kept for it. */
  async directoryState(directory: string): Promise<RecordingDirectory> {
    const { manager } = this.dataSource;
    const mark = await inTransaction(this.dataSource, (transaction) => enterDirectory(transaction, directory));
    const lastNumber = (await manager.maximum(SegmentRow, 'number', { directory })) ?? 0;
    const tracks = await manager.find(TrackRow, { where: { directory }, order: { createdAt: 'ASC' } });
    const sizes = new Map<string, number>();
    for await (const { key, sizeBytes } of this.storage.list(directory)) sizes.set(splitKey(key).name, sizeBytes);
    if (!isKnown(lastNumber, tracks, sizes)) {
      for (const { key, sizeBytes } of await this.bucketsHave(directory)) {
        const { name } = splitKey(key);
        if (!sizes.has(name)) sizes.set(name, sizeBytes);
      }
    }
    return directoryStateOf(directory, lastNumber, tracks, sizes, mark);
  }

  /**
   * @param exceptStream may record there: its own claim does not count
   * @param manager of the transaction that asks, which has a connection already
   * @returns a stream that has recorded there, or whose default tree (the folder of its name) lies above, below or there
   */
  directoryOwner(
    directory: string,
    exceptStream = '',
    manager: EntityManager = this.dataSource.manager,
  ): Promise<string | undefined> {
    return findDirectoryOwner(manager, directory, exceptStream);
  }

  /** A bucket that is away, or lists nothing, does not keep a recording from its beginning: what it has there is seen when it is uploaded to. */
  private async bucketsHave(directory: string): Promise<StoredObject[]> {
    try {
      return await this.storage.listBuckets(directory);
    } catch (error) {
      if (error instanceof StorageCallUnsupportedError) return [];
      if (!(error instanceof StorageUnavailableError)) throw error;
      this.logger.warn(`What the bucket has in ${directory} is not known: ${error.message}`);
      return [];
    }
  }
}
