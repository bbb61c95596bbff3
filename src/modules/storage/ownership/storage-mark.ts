import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { AppError } from '../../../shared/errors.js';
import { bodyOf } from '../ports/body-of.js';
import { parseObjectKey } from '../ports/object-key.js';
import type { StorageDriver } from '../ports/storage-driver.js';
import { ObjectExistsError, ObjectNotFoundError, StorageUnavailableError } from '../storage.errors.js';

/** Lies at the root of a storage, where no recording does. */
export const MARK_KEY = parseObjectKey('.aircheck-storage.json');

/** A mark is a hundred bytes; what is much longer is none. */
const MOST_MARK_BYTES = 4096;
const OWNER_ID = /^[0-9a-f]{32}$/;

/**
 * @returns the id of the database that has marked the storage; `unreadable` where something else lies in the place of the
 * mark; undefined where nothing does, also of a bucket that says no more of an absent object than that it is forbidden
 * @throws {StorageUnavailableError}
 */
export async function readMark(store: StorageDriver): Promise<string | undefined> {
  try {
    const facts = await store.head(MARK_KEY);
    if (facts === undefined) return undefined;
    if (facts.sizeBytes > MOST_MARK_BYTES) return 'unreadable';
    return ownerIdIn(await buffer(await store.get(MARK_KEY)));
  } catch (error) {
    if (error instanceof ObjectNotFoundError) return undefined;
    if (error instanceof StorageUnavailableError && error.fault === 'access-denied') return undefined;
    if (error instanceof AppError) throw error;
    throw new StorageUnavailableError('failed', 'its mark cannot be read.', { cause: error });
  }
}

/** @param isReplacing also the mark of another database; else one that is there stays as it is */
export async function writeMark(store: StorageDriver, ownerId: string, isReplacing: boolean): Promise<void> {
  const bytes = Buffer.from(
    `${JSON.stringify({ kind: 'aircheck-storage', owner: ownerId, marked_at: new Date().toISOString() }, null, 2)}\n`,
  );
  const checksums = { md5: digestOf('md5', bytes), sha256: digestOf('sha256', bytes) };
  const options = { contentType: 'application/json', sizeBytes: bytes.length, checksums };
  try {
    await store.put(MARK_KEY, bodyOf(bytes), { ...options, onlyIfAbsent: !isReplacing });
  } catch (error) {
    if (isReplacing || !(error instanceof ObjectExistsError)) throw error;
  }
}

function ownerIdIn(bytes: Buffer): string {
  try {
    const mark: unknown = JSON.parse(bytes.toString());
    const owner = typeof mark === 'object' && mark !== null && 'owner' in mark ? mark.owner : undefined;
    return typeof owner === 'string' && OWNER_ID.test(owner) ? owner : 'unreadable';
  } catch {
    return 'unreadable';
  }
}

function digestOf(algorithm: 'md5' | 'sha256', bytes: Buffer): string {
  return createHash(algorithm).update(bytes).digest('hex');
}
