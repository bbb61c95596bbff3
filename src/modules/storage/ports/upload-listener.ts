import type { EntityManager } from 'typeorm';
import type { ObjectKey } from './object-key.js';

/** What rows say about where bytes are, kept true by whoever has the rows; in the transaction that ends the job. */
export interface UploadListener {
  /** The bucket has the media or init, verified, and its job is gone. */
  stored(manager: EntityManager, key: ObjectKey): Promise<void>;

  /** It did not come to the bucket this time; it is tried again, in another transaction. */
  failed(manager: EntityManager, key: ObjectKey, reason: string): Promise<void>;

  /** No store has the bytes that the row of the object promises: its file is gone or was changed. Its job is gone too. */
  lost(manager: EntityManager, key: ObjectKey): Promise<void>;

  /**
   * The bucket has not any more what was to be released here: it is uploaded again from this transaction on.
   *
   * @returns false when no row names the object any more
   */
  missing(manager: EntityManager, key: ObjectKey): Promise<boolean>;

  /**
   * Somebody else has the key of the object in a store: it has another one from this transaction on, with the same bytes.
   *
   * @returns false when no row names the object any more
   */
  renamed(manager: EntityManager, key: ObjectKey, newKey: ObjectKey): Promise<boolean>;

  /** The backup storage has the media or init, while the bucket fails. */
  backedUp(manager: EntityManager, key: ObjectKey): Promise<void>;
}
