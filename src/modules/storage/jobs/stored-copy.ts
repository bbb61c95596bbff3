import { createHash } from 'node:crypto';
import type { StorageDriver } from '../ports/storage-driver.js';
import type { ChecksumKind, ObjectPromise } from './checked-body.js';

/**
 * Whether a store has an object as promised: by its size and every checksum that the store offers, or read back where it
 * offers none that can be compared.
 *
 * @param promised reckons a checksum of the promised bytes that the store knows of its own; undefined when nobody has
 * them any more
 * @throws {StorageUnavailableError}
 */
export async function hasCopy(
  store: StorageDriver,
  promise: ObjectPromise,
  promised: (kind: ChecksumKind) => Promise<string | undefined>,
): Promise<boolean> {
  const facts = await store.head(promise.key);
  if (facts?.sizeBytes !== promise.sizeBytes) return false;
  const { sha256, md5, crc64 } = facts.checksums;
  if (sha256 !== undefined && sha256 !== promise.sha256) return false;
  const kind = md5 === undefined ? 'crc64' : 'md5';
  const stored = md5 ?? crc64;
  const wanted = stored === undefined ? undefined : await promised(kind);
  if (wanted !== undefined) return stored === wanted;
  if (sha256 !== undefined) return true;
  return (await readBack(store, promise)) === promise.sha256;
}

/** @returns SHA-256 of what a store gives, lower-case hexadecimal */
export async function readBack(store: StorageDriver, { key }: Pick<ObjectPromise, 'key'>): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of (await store.get(key)) as AsyncIterable<Uint8Array>) hash.update(part);
  return hash.digest('hex');
}
