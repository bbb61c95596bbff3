import type { Job } from '../entities/job.entity.js';
import type { ObjectKey } from '../ports/object-key.js';
import type { StorageDriver } from '../ports/storage-driver.js';
import type { Stores } from '../ports/stores.js';
import { checksumOf, type ObjectPromise } from './checked-body.js';
import { StoredCopyDamagedError } from './job.errors.js';
import { uploadMedia, uploadView } from './object-uploader.js';
import type { StoreCircuit } from './store-circuit.js';
import { hasCopy } from './stored-copy.js';

export interface Circuits {
  readonly bucket: StoreCircuit;
  readonly backup: StoreCircuit;
}

/** What the jobs do with objects. Each may be done again: it changes nothing that was done. */
export class JobWork {
  private readonly unverified = { bucket: new Set<ObjectKey>(), backup: new Set<ObjectKey>() };

  constructor(
    private readonly stores: Stores,
    private readonly circuits: Circuits,
  ) {}

  /** @throws what kept the job from being done */
  async run(job: Job): Promise<void> {
    switch (job.kind) {
      case 'upload':
        return this.upload(job);
      case 'delete':
        return this.delete(job);
      case 'release':
        return this.release(job);
    }
  }

  /** Puts media into the backup storage as it would be put into the bucket. */
  async backUp(job: Job): Promise<void> {
    const { local, backup } = this.stores;
    if (backup === undefined) return;
    await this.circuits.backup.through(() => uploadMedia(local, backup, promiseOf(job), this.unverified.backup));
  }

  /** What makes room does not wait for a bucket that is away. */
  async deleteHere({ objectKey }: Job): Promise<void> {
    await this.stores.local.delete(objectKey as ObjectKey);
  }

  private async upload(job: Job): Promise<void> {
    const { local, bucket, backup } = this.stores;
    if (bucket === undefined) throw new RangeError('Without a bucket nothing is uploaded.');
    const key = job.objectKey as ObjectKey;
    if (job.lane === 'view') {
      await this.circuits.bucket.through(() => uploadView(local, bucket, key));
      return;
    }
    const source = await this.sourceOf(job);
    await this.circuits.bucket.through(() => uploadMedia(source, bucket, promiseOf(job), this.unverified.bucket));
    if (backup !== undefined && job.backedUpAt !== null) await this.circuits.backup.through(() => backup.delete(key));
  }

  /** The copy in the backup storage helps out where the disk has lost the file since. */
  private async sourceOf({ objectKey, backedUpAt }: Job): Promise<StorageDriver> {
    const { local, backup } = this.stores;
    if (backup === undefined || backedUpAt === null) return local;
    return (await local.head(objectKey as ObjectKey)) === undefined ? backup : local;
  }

  private async delete(job: Job): Promise<void> {
    const { bucket, backup } = this.stores;
    const key = job.objectKey as ObjectKey;
    await this.deleteHere(job);
    try {
      if (bucket !== undefined) await this.circuits.bucket.through(() => bucket.delete(key));
    } finally {
      if (backup !== undefined) await this.circuits.backup.through(() => backup.delete(key));
    }
  }

  private async release(job: Job): Promise<void> {
    const { local, bucket } = this.stores;
    const promise = promiseOf(job);
    if (bucket === undefined || (await local.head(promise.key)) === undefined) return;
    const isStored = await this.circuits.bucket.through(() =>
      hasCopy(bucket, promise, (kind) => checksumOf(local, promise, kind)),
    );
    if (!isStored) throw new StoredCopyDamagedError(promise.key);
    await local.delete(promise.key);
  }
}

function promiseOf({ objectKey, sizeBytes, sha256 }: Job): ObjectPromise {
  if (sizeBytes === null || sha256 === null) throw new RangeError(`The job of ${objectKey} promises nothing.`);
  return { key: objectKey as ObjectKey, sizeBytes, sha256 };
}
