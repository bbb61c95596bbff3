import { inTransaction } from '../../../persistence/transaction.js';
import type { ObjectKey } from '../../storage/ports/object-key.js';
import type { OutgoingObject } from '../../storage/outbox.service.js';
import type { Archive } from '../archive/archive.js';
import { rememberLoss } from '../deletion/gone-segments.js';
import { SegmentRow, TrackRow } from '../entities/index.js';
import { readContent } from '../archive/media-content.js';
import { lossColumns, lostTracksOf } from '../object-state/segment-loss.js';
import { markChanged } from '../sessions/session-changes.js';
import { isSomewhere, isUnseen, placeOfCopies, promiseOf, type Copies } from './copies.js';

/** An object of a segment, and what there is of it. */
export interface FoundObject {
  readonly object: SegmentRow['objects'][number];
  readonly copies: Copies;
}

/** Brings rows, stores and outbox together again. Nothing is deleted. */
export class ObjectRepair {
  constructor(private readonly archive: Archive) {}

  /** Has the row say which objects are lost, and when one came back where they are. What is not seen stays as it was. */
  async settle(row: SegmentRow, found: readonly FoundObject[]): Promise<void> {
    const { directory, number, sessionId, objects } = row;
    const before = lostTracksOf(row);
    const isLost = ({ object, copies }: FoundObject): boolean =>
      isUnseen(copies) ? before.includes(object.trackId) : !isSomewhere(copies);
    const kept = found.filter((one) => !isLost(one));
    const lost = new Set(found.filter(isLost).map(({ object }) => object.trackId));
    const cameBack = kept.filter(({ object }) => before.includes(object.trackId));
    const { outbox } = this.archive;
    const copies = kept.map((one) => one.copies);
    await inTransaction(this.archive.dataSource, async (manager) => {
      // The repair of another object of the segment may have changed it since.
      const { state, releasedAt } = await manager.findOneByOrFail(SegmentRow, { directory, number });
      const place = cameBack.length === 0 ? { state, releasedAt } : placeOfCopies(copies, outbox.hasBucket);
      const columns = { ...place, ...lossColumns(objects, lost, place.state) };
      await manager.update(SegmentRow, { directory, number }, columns);
      await rememberLoss(manager, row, { before: state, now: columns.state });
      await markChanged(manager, [sessionId]);
      if (columns.state !== 'uploading') return;
      const waiting = kept.filter((one) => one.copies.bucket !== 'good');
      await outbox.upload(
        manager,
        waiting.map(({ object }) => promiseOf(object)),
      );
    });
  }

  /** Only the bucket has the bytes. */
  async released({ directory, number }: SegmentRow): Promise<void> {
    await inTransaction(this.archive.dataSource, (manager) =>
      manager.update(SegmentRow, { directory, number }, { state: 'stored', releasedAt: new Date() }),
    );
  }

  /** @param lostAt null for an init object that is there */
  async setInit(initObjectKey: ObjectKey, lostAt: Date | null): Promise<void> {
    await inTransaction(this.archive.dataSource, async (manager) => {
      const tracks = await manager.findBy(TrackRow, { initObjectKey });
      await manager.update(TrackRow, { initObjectKey }, { lostAt });
      await markChanged(
        manager,
        tracks.map(({ sessionId }) => sessionId),
      );
    });
  }

  /** Gives the folder, which lacks it or has it damaged, the bytes of another store. */
  async copyHere({ key, sizeBytes, sha256 }: OutgoingObject): Promise<void> {
    const { local, bucket, backup } = this.archive.stores;
    for (const from of [bucket, backup]) {
      if (from === undefined || (await from.head(key)) === undefined) continue;
      if ((await readContent(from, key)).sha256 !== sha256) continue;
      await local.put(key, await from.get(key), { sizeBytes, checksums: { sha256 } });
      return;
    }
  }

  /**
   * Has the bucket get from the folder what it lacks of a segment, as it got it first: what lies there of somebody else
   * stays as it is. Until then all of the segment is in the folder.
   */
  async uploadAnew({ directory, number }: SegmentRow, found: readonly FoundObject[]): Promise<void> {
    const kept = found.filter(({ copies }) => isSomewhere(copies));
    for (const { object, copies } of kept) if (copies.local !== 'good') await this.copyHere(promiseOf(object));
    const waiting = kept.filter(({ copies }) => copies.bucket !== 'good').map(({ object }) => promiseOf(object));
    await inTransaction(this.archive.dataSource, async (manager) => {
      await manager.update(SegmentRow, { directory, number }, { state: 'uploading', releasedAt: null });
      await this.archive.outbox.upload(manager, waiting);
    });
    for (const object of waiting) await this.takeAwayOwn(object);
  }

  /** As {@link uploadAnew}. */
  async uploadInitAnew(init: OutgoingObject): Promise<void> {
    await this.orderUpload(init);
    await this.takeAwayOwn(init);
  }

  isUploadOrdered({ key }: OutgoingObject): Promise<boolean> {
    return this.archive.outbox.isOrdered('upload', key);
  }

  async orderUpload(object: OutgoingObject): Promise<void> {
    await inTransaction(this.archive.dataSource, (manager) => this.archive.outbox.upload(manager, [object]));
  }

  /** Damaged bytes that were put there for this very object: the checksums that the bucket keeps beside them may be right still. */
  private async takeAwayOwn({ key, sha256 }: OutgoingObject): Promise<void> {
    const { bucket } = this.archive.stores;
    if ((await bucket?.head(key))?.claimedSha256 === sha256) await bucket?.delete(key);
  }
}
