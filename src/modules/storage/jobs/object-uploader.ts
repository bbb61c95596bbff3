import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { Crc64 } from '../crc64.js';
import { bodyOf } from '../ports/body-of.js';
import { contentTypeOf } from '../ports/content-type.js';
import type { ObjectKey } from '../ports/object-key.js';
import type { StorageDriver } from '../ports/storage-driver.js';
import { ObjectExistsError, ObjectNotFoundError, StorageCallUnsupportedError } from '../storage.errors.js';
import { CheckedBody, checksumOf, type ChecksumKind, type ObjectPromise } from './checked-body.js';
import { ObjectKeyTakenError, SpoolFileDamagedError, StoredCopyDamagedError } from './job.errors.js';
import { hasCopy } from './stored-copy.js';

/** What is known of the tries to upload an object. */
export interface UploadTrace {
  /** The store took bytes from us that were not found to be right since, and may have them still. */
  wasSent: boolean;
}

/**
 * Puts media or an init where nothing lies yet, and looks whether it is there. What lies there already and is the same is
 * as good.
 *
 * @param trace of earlier tries: broken bytes that are our own would keep the good ones out
 * @throws {SpoolFileDamagedError | StoredCopyDamagedError | ObjectKeyTakenError | StorageUnavailableError}
 */
export async function uploadMedia(
  source: StorageDriver,
  target: StorageDriver,
  promise: ObjectPromise,
  trace: UploadTrace,
): Promise<void> {
  const { key, sizeBytes, sha256 } = promise;
  const body = new CheckedBody(source, promise);
  const promised = async (kind: ChecksumKind): Promise<string | undefined> =>
    (kind === 'md5' ? body.md5 : undefined) ?? (await checksumOf(source, promise, kind));
  try {
    const contentType = contentTypeOf(key);
    await target.put(key, body, { contentType, sizeBytes, checksums: { sha256 }, onlyIfAbsent: true });
    trace.wasSent = true;
  } catch (error) {
    const cause = body.failure ?? error;
    const mayBeThere = cause instanceof ObjectExistsError || cause instanceof SpoolFileDamagedError;
    if (!mayBeThere) throw cause;
    if (await hasCopy(target, promise, promised)) return;
    if (cause instanceof SpoolFileDamagedError) throw cause;
    if (!trace.wasSent && !(await isOurs(target, promise))) throw new ObjectKeyTakenError(key, { cause });
    trace.wasSent = !(await takeAway(target, key));
    throw new StoredCopyDamagedError(key, { cause });
  }
  if (await hasCopy(target, promise, promised)) return;
  trace.wasSent = !(await takeAway(target, key));
  throw new StoredCopyDamagedError(key);
}

/** Whether the store says that its bytes, which are not whole, were put for this row: nobody wrote that down before a crash. */
async function isOurs(store: StorageDriver, { key, sha256 }: ObjectPromise): Promise<boolean> {
  return (await store.head(key))?.claimedSha256 === sha256;
}

/** @returns false where nothing can be deleted: broken bytes stay, and the job says so until somebody takes them away */
async function takeAway(store: StorageDriver, key: ObjectKey): Promise<boolean> {
  try {
    await store.delete(key);
    return true;
  } catch (error) {
    if (!(error instanceof StorageCallUnsupportedError)) throw error;
    return false;
  }
}

/**
 * Puts a view in the place of the older one, and looks whether it is there.
 *
 * @returns false when there is no such file any more
 * @throws {StoredCopyDamagedError | StorageUnavailableError}
 */
export async function uploadView(source: StorageDriver, target: StorageDriver, key: ObjectKey): Promise<boolean> {
  const bytes = await readIfPresent(source, key);
  if (bytes === undefined) return false;
  const md5 = createHash('md5').update(bytes).digest('hex');
  const promise = { key, sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  await target.put(key, bodyOf(bytes), {
    contentType: contentTypeOf(key),
    sizeBytes: bytes.length,
    checksums: { md5, sha256: promise.sha256 },
  });
  const promised = (kind: ChecksumKind): Promise<string> =>
    Promise.resolve(kind === 'md5' ? md5 : new Crc64().update(bytes).decimal());
  if (await hasCopy(target, promise, promised)) return true;
  throw new StoredCopyDamagedError(key);
}

async function readIfPresent(source: StorageDriver, key: ObjectKey): Promise<Buffer | undefined> {
  try {
    return await buffer(await source.get(key));
  } catch (error) {
    if (error instanceof ObjectNotFoundError) return undefined;
    throw error;
  }
}
