import type { LocalStorage, StorageDriver } from './storage-driver.js';

/** The stores of this server. */
export abstract class Stores {
  /** What the engine records into: the storage itself with fs, the spool with a bucket. */
  abstract readonly local: LocalStorage;
  /** Where recordings are kept in the end; undefined with fs, where they are already. */
  abstract readonly bucket: StorageDriver | undefined;
  /** Takes what the bucket refuses for long. */
  abstract readonly backup: StorageDriver | undefined;
}
