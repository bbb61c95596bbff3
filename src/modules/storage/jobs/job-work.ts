import type { Job } from '../entities/job.entity.js';
import { otherKeys, type ObjectKey } from '../ports/object-key.js';
import type { StorageDriver } from '../ports/storage-driver.js';
import type { Stores } from '../ports/stores.js';
import { CheckedBody, checksumOf, type ObjectPromise } from './checked-body.js';
import { SpoolFileDamagedError, StoredCopyMissingError, UploadLostError } from './job.errors.js';
import { uploadMedia, uploadView, type UploadTrace } from './object-uploader.js';
import type { StoreCircuit } from './store-circuit.js';
import { hasCopy } from './stored-copy.js';

export interface Circuits {
  readonly bucket: StoreCircuit;
  readonly backup: StoreCircuit;
}

/** What the jobs do with objects. Each may be done again: it changes nothing that was done. */
export class JobWork {
  constructor(
    private readonly stores: Stores,
    private readonly circuits: Circuits,
  ) {}

  /**
   * @throws what kept the job from being done; {UploadLostError} when it never can be, {StoredCopyMissingError} when the
   * object has to be uploaded instead
   */
  async run(job: Job): Promise<void> {
    switch (job.kind) {
      case 'upload':
        return this.upload(job);
      case 'release':
        return this.release(job);
      case 'discard':
        return this.discard(job);
      case 'delete':
        throw new RangeError('Objects are deleted many at a time.');
      case 'call':
        throw new RangeError('A call is about no object.');
    }
  }

  /** Puts an object into the backup storage as it would be put into the bucket. */
  async backUp(job: Job): Promise<void> {
    const { local, backup } = this.stores;
    if (backup === undefined) return;
    const put = (): Promise<unknown> =>
      job.lane === 'view'
        ? uploadView(local, backup, job.objectKey as ObjectKey)
        : uploadMedia(local, backup, promiseOf(job), traceOf(job, 'backup'));
    await this.circuits.backup.through(put);
  }

  /**
   * Deletes objects everywhere.
   *
   * @returns why some of them are left
   * @throws {StorageUnavailableError} when a store does not answer
   */
  async delete(jobs: readonly Job[]): Promise<ReadonlyMap<Job, Error>> {
    const { bucket, backup } = this.stores;
    const failures = new Map(await this.deleteHere(jobs));
    try {
      if (bucket !== undefined) {
        for (const [job, error] of await this.circuits.bucket.through(() => deleteAll(bucket, jobs))) {
          failures.set(job, error);
        }
      }
    } finally {
      if (backup !== undefined) {
        for (const [job, error] of await this.circuits.backup.through(() => deleteAll(backup, jobs))) {
          failures.set(job, error);
        }
      }
    }
    return failures;
  }

  /** What makes room does not wait for a bucket that is away. @returns why some of them are left */
  async deleteHere(jobs: readonly Job[]): Promise<ReadonlyMap<Job, Error>> {
    await this.stores.local.assertSameFolder();
    return new Map(await deleteAll(this.stores.local, jobs));
  }

  /**
   * Gives the bytes of an upload, whose key somebody else has taken, another one in the folder.
   *
   * @returns the key, which no store of this server has; undefined when there are too many of them
   */
  async copyUnderOtherKey(job: Job): Promise<ObjectKey | undefined> {
    const { local, bucket, backup } = this.stores;
    const promise = promiseOf(job);
    for (const key of otherKeys(promise.key)) {
      if (key === promise.key || (await this.isTaken(key, [bucket, backup]))) continue;
      const isThere = await hasCopy(local, { ...promise, key }, () => Promise.resolve(undefined));
      if (isThere) return key;
      if ((await local.head(key)) !== undefined) continue;
      await this.fromAnySource(job, (source) =>
        local.put(key, new CheckedBody(source, promise), { onlyIfAbsent: true }),
      );
      return key;
    }
    return undefined;
  }

  /** Of what is not called so after all. */
  async forgetCopy(key: ObjectKey): Promise<void> {
    await this.stores.local.delete(key);
  }

  private async isTaken(key: ObjectKey, stores: readonly (StorageDriver | undefined)[]): Promise<boolean> {
    for (const store of stores) {
      if ((await store?.head(key).catch(() => undefined)) !== undefined) return true;
    }
    return false;
  }

  private async upload(job: Job): Promise<void> {
    const { local, bucket, backup } = this.stores;
    if (bucket === undefined) throw new RangeError('Without a bucket nothing is uploaded.');
    const key = job.objectKey as ObjectKey;
    if (job.lane === 'view') await this.circuits.bucket.through(() => uploadView(local, bucket, key));
    else await this.fromAnySource(job, (source) => this.uploadMedia(job, source, bucket));
    if (backup !== undefined && job.backedUpGeneration !== null)
      await this.circuits.backup.through(() => backup.delete(key));
  }

  private async uploadMedia(job: Job, source: StorageDriver, bucket: StorageDriver): Promise<void> {
    await this.circuits.bucket.through(() => uploadMedia(source, bucket, promiseOf(job), traceOf(job, 'bucket')));
  }

  /** The copy in the backup storage helps out where the disk has lost or damaged the file since. */
  private async fromAnySource(job: Job, use: (source: StorageDriver) => Promise<unknown>): Promise<void> {
    const sources = await this.sourcesOf(job);
    let damage: SpoolFileDamagedError | undefined;
    for (const source of sources) {
      try {
        await use(source);
        return;
      } catch (error) {
        if (!(error instanceof SpoolFileDamagedError)) throw error;
        damage = error;
      }
    }
    if (damage !== undefined) await this.assertHopeless(sources, promiseOf(job), damage);
  }

  private async sourcesOf({ objectKey, backedUpGeneration }: Job): Promise<StorageDriver[]> {
    const { local, backup } = this.stores;
    if (backup === undefined || backedUpGeneration === null) return [local];
    const copy = await this.circuits.backup.through(() => backup.head(objectKey as ObjectKey));
    return copy === undefined ? [local] : [local, backup];
  }

  /**
   * A second look, at files that were found damaged and at a bucket that did not have the object. What cannot be read now
   * may be read later, and a disk that is away may come back: both prove nothing.
   *
   * @throws {UploadLostError} when the bytes are nowhere; else why that is not known
   */
  private async assertHopeless(
    sources: readonly StorageDriver[],
    promise: ObjectPromise,
    damage: SpoolFileDamagedError,
  ): Promise<never> {
    for (const source of sources) if ((await checksumOf(source, promise, 'md5')) !== undefined) throw damage;
    await this.stores.local.assertSameFolder();
    throw new UploadLostError(damage);
  }

  private async release(job: Job): Promise<void> {
    const { local, bucket } = this.stores;
    const promise = promiseOf(job);
    if (bucket === undefined || (await local.head(promise.key)) === undefined) return;
    const isStored = await this.circuits.bucket.through(async () => {
      await bucket.assertOwned();
      return hasCopy(bucket, promise, (kind) => checksumOf(local, promise, kind));
    });
    if (!isStored) throw new StoredCopyMissingError(promise.key);
    await local.delete(promise.key);
  }

  private async discard({ objectKey, backedUpGeneration }: Job): Promise<void> {
    const { local, backup } = this.stores;
    const key = objectKey as ObjectKey;
    await local.delete(key);
    if (backup !== undefined && backedUpGeneration !== null)
      await this.circuits.backup.through(() => backup.delete(key));
  }
}

/** @returns why some of the objects are left */
async function deleteAll(store: StorageDriver, jobs: readonly Job[]): Promise<[Job, Error][]> {
  const failures = await store.deleteAll(jobs.map(({ objectKey }) => objectKey as ObjectKey));
  return jobs.flatMap((job) => {
    const failure = failures.get(job.objectKey as ObjectKey);
    return failure === undefined ? [] : [[job, failure] as [Job, Error]];
  });
}

/** Written down with the failure of the job. */
function traceOf(job: Job, store: 'bucket' | 'backup'): UploadTrace {
  return {
    get wasSent() {
      return job.sentTo === store;
    },
    set wasSent(wasSent) {
      job.sentTo = wasSent ? store : null;
    },
  };
}

function promiseOf({ objectKey, sizeBytes, sha256 }: Job): ObjectPromise {
  if (sizeBytes === null || sha256 === null) throw new RangeError(`The job of ${objectKey} promises nothing.`);
  return { key: objectKey as ObjectKey, sizeBytes, sha256 };
}
