import { inTransaction } from '../../../persistence/transaction.js';
import type { OutgoingObject } from '../../storage/outbox.service.js';
import { parseObjectKey } from '../../storage/ports/object-key.js';
import type { Archive } from '../archive.js';
import { SegmentRow } from '../entities/index.js';
import type { SegmentState } from '../entities/segment-row.entity.js';
import { readContent } from '../media-content.js';
import type { Copies } from './copies.js';

/** Brings rows, stores and outbox together again. Nothing is deleted. */
export class ObjectRepair {
  constructor(private readonly archive: Archive) {}

  /** @param releasedAt since when only the bucket has the bytes */
  async setState({ directory, number }: SegmentRow, state: SegmentState, releasedAt: Date | null): Promise<void> {
    await inTransaction(this.archive.dataSource, (manager) =>
      manager.update(SegmentRow, { directory, number }, { state, releasedAt }),
    );
  }

  /** @param copies of the objects of a segment that was lost, each of them somewhere */
  async foundAgain(row: SegmentRow, copies: readonly Copies[]): Promise<void> {
    const isLocal = copies.every(({ local }) => local === 'good');
    const isStored = copies.every(({ bucket }) => bucket === 'good');
    if (isStored) await this.setState(row, 'stored', isLocal ? null : new Date());
    else await this.setState(row, this.archive.outbox.hasBucket ? 'uploading' : 'local', null);
    if (isStored) return;
    const objects = row.objects.map(({ objectKey, sizeBytes, sha256 }) => {
      return { key: parseObjectKey(objectKey), sizeBytes, sha256 };
    });
    await inTransaction(this.archive.dataSource, (manager) => this.archive.outbox.upload(manager, objects));
  }

  /** Gives the store that lacks it, or has it damaged, the bytes of another. */
  async copy({ key, sizeBytes, sha256 }: OutgoingObject, side: 'local' | 'bucket'): Promise<void> {
    const { local, bucket, backup } = this.archive.stores;
    const to = side === 'local' ? local : bucket;
    if (to === undefined) return;
    for (const from of side === 'local' ? [bucket, backup] : [local, backup]) {
      if (from === undefined || (await from.head(key)) === undefined) continue;
      if ((await readContent(from, key)).sha256 !== sha256) continue;
      await to.put(key, await from.get(key), { sizeBytes, checksums: { sha256 } });
      return;
    }
  }

  isUploadOrdered({ key }: OutgoingObject): Promise<boolean> {
    return this.archive.outbox.isOrdered('upload', key);
  }

  async orderUpload(object: OutgoingObject): Promise<void> {
    await inTransaction(this.archive.dataSource, (manager) => this.archive.outbox.upload(manager, [object]));
  }
}
