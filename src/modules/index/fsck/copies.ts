import { parseObjectKey, type ObjectKey } from '../../storage/ports/object-key.js';
import type { StorageDriver } from '../../storage/ports/storage-driver.js';
import type { Archive, RemoteStore } from '../archive/archive.js';
import type { SegmentRow, TrackRow } from '../entities/index.js';
import { readInit, readSegment } from '../archive/media-content.js';
import { parseInitName, splitKey } from '../directories/object-names.js';
import type { DirectoryScope, Listing } from './directory-scope.js';

/** `not-media`: the bytes are as promised, and no media; `unknown`: the store does not answer. */
export type CopyState = 'good' | 'missing' | 'truncated' | 'damaged' | 'not-media' | 'unknown';

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

/** What is wrong with a copy. */
export type Fault = Exclude<CopyState, 'good' | 'unknown'>;

/** Worst first: what is told of an object that no store has whole. */
const WORST: readonly Fault[] = ['not-media', 'damaged', 'truncated'];

export function isSomewhere({ local, bucket }: Copies): boolean {
  return local === 'good' || bucket === 'good';
}

/** Whether a store that does not answer may have it, and no other has. */
export function isUnseen(copies: Copies): boolean {
  return !isSomewhere(copies) && copies.bucket === 'unknown';
}

export function faultOf({ local, bucket }: Copies): Fault {
  return WORST.find((state) => state === local || state === bucket) ?? 'missing';
}

/**
 * @param copies of the objects of a segment, each of them somewhere
 * @returns how its row says where its bytes are
 */
export function placeOfCopies(copies: readonly Copies[], hasBucket: boolean): Pick<SegmentRow, 'state' | 'releasedAt'> {
  const isLocal = copies.every(({ local }) => local === 'good');
  if (copies.every(({ bucket }) => bucket === 'good')) {
    return { state: 'stored', releasedAt: isLocal ? null : new Date() };
  }
  return { state: hasBucket ? 'uploading' : 'local', releasedAt: null };
}

export function promiseOf({
  objectKey,
  sizeBytes,
  sha256,
  startTicks,
  durationTicks,
  samples,
}: SegmentRow['objects'][number]): PromisedObject {
  return { key: parseObjectKey(objectKey), sizeBytes, sha256, media: { startTicks, durationTicks, samples } };
}

export function promiseOfInit({
  initObjectKey,
  initSizeBytes: sizeBytes,
  initSha256: sha256,
}: Pick<TrackRow, 'initObjectKey' | 'initSizeBytes' | 'initSha256'>): PromisedObject {
  return { key: parseObjectKey(initObjectKey), sizeBytes, sha256 };
}

/** Looks for the copies of the objects of one directory, and reads them when it has to be deep. */
export class CopyFinder {
  bytesRead = 0;

  constructor(
    private readonly archive: Archive,
    private readonly scope: DirectoryScope,
    private readonly isDeep: boolean,
  ) {}

  /** @param isLost whether its row says so: it takes more than the right length to say otherwise */
  async find(object: PromisedObject, isLost = false): Promise<Copies> {
    const { scope } = this;
    const isDeep = this.isDeep || isLost;
    const local = await this.stateIn(this.archive.stores.local, scope.local, object, isDeep);
    const first = await this.remoteState('bucket', object, isDeep);
    if (first === 'good') return { local, bucket: first };
    const second = await this.remoteState('backup', object, isDeep);
    if (second === 'good' || first === 'missing') return { local, bucket: second };
    return { local, bucket: second === 'unknown' ? second : first };
  }

  private async remoteState(name: RemoteStore, object: PromisedObject, isDeep: boolean): Promise<CopyState> {
    if (this.archive.away?.has(name) === true) return 'unknown';
    return this.stateIn(this.archive.stores[name], this.scope[name], object, isDeep);
  }

  private async stateIn(
    store: StorageDriver | undefined,
    listing: Listing | undefined,
    object: PromisedObject,
    isDeep: boolean,
  ): Promise<CopyState> {
    const sizeBytes = listing?.get(splitKey(object.key).name);
    if (store === undefined || sizeBytes === undefined) return 'missing';
    if (sizeBytes !== object.sizeBytes) return 'truncated';
    return isDeep ? this.read(store, object) : 'good';
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
