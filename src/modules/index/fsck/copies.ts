import { parseObjectKey, type ObjectKey } from '../../storage/ports/object-key.js';
import type { StorageDriver } from '../../storage/ports/storage-driver.js';
import type { Archive } from '../archive.js';
import { readInit, readSegment } from '../media-content.js';
import { parseInitName, splitKey } from '../object-names.js';
import type { DirectoryScope, Listing } from './directory-scope.js';

/** `not-media`: the bytes are as promised, and no media. */
export type CopyState = 'good' | 'missing' | 'truncated' | 'damaged' | 'not-media';

/** An object as its row promises it. */
export interface PromisedObject {
  readonly key: ObjectKey;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** What its fragments say, of a segment. */
  readonly media?: { readonly startTicks: number; readonly durationTicks: number; readonly samples: number };
}

/** The copies of an object; `bucket` is that of the backup where the bucket has none. */
export interface Copies {
  readonly local: CopyState;
  readonly bucket: CopyState;
}

/** Worst first: what is told of an object that no store has whole. */
const WORST: readonly CopyState[] = ['not-media', 'damaged', 'truncated', 'missing'];

export function isSomewhere({ local, bucket }: Copies): boolean {
  return local === 'good' || bucket === 'good';
}

export function worstOf({ local, bucket }: Copies): CopyState {
  return WORST.find((state) => state === local || state === bucket) ?? 'good';
}

/** Looks for the copies of the objects of one directory, and reads them when it has to be deep. */
export class CopyFinder {
  bytesRead = 0;

  constructor(
    private readonly archive: Archive,
    private readonly scope: DirectoryScope,
    private readonly isDeep: boolean,
  ) {}

  async find(object: PromisedObject): Promise<Copies> {
    const { local, bucket, backup } = this.archive.stores;
    const first = await this.stateIn(bucket, this.scope.bucket, object);
    const second = first === 'good' ? first : await this.stateIn(backup, this.scope.backup, object);
    const remote = second === 'good' || first === 'missing' ? second : first;
    return { local: await this.stateIn(local, this.scope.local, object), bucket: remote };
  }

  /** @returns the SHA-256 that came with the object that the bucket has */
  async claimOf(key: string): Promise<string | undefined> {
    return (await this.archive.stores.bucket?.head(parseObjectKey(key)))?.claimedSha256;
  }

  private async stateIn(
    store: StorageDriver | undefined,
    listing: Listing | undefined,
    object: PromisedObject,
  ): Promise<CopyState> {
    const sizeBytes = listing?.get(splitKey(object.key).name);
    if (store === undefined || sizeBytes === undefined) return 'missing';
    if (sizeBytes !== object.sizeBytes) return 'truncated';
    return this.isDeep ? this.read(store, object) : 'good';
  }

  private async read(store: StorageDriver, object: PromisedObject): Promise<CopyState> {
    this.bytesRead += object.sizeBytes;
    if (parseInitName(splitKey(object.key).name) !== undefined) {
      const { sha256, description } = await readInit(store, object.key);
      if (sha256 !== object.sha256) return 'damaged';
      return description === undefined ? 'not-media' : 'good';
    }
    const { sha256, sizeBytes, scanned } = await readSegment(store, object.key);
    if (sha256 !== object.sha256) return 'damaged';
    const isAsPromised =
      scanned.wholeBytes === sizeBytes &&
      scanned.startTicks === object.media?.startTicks &&
      scanned.durationTicks === object.media.durationTicks &&
      scanned.samples === object.media.samples;
    return isAsPromised ? 'good' : 'not-media';
  }
}
