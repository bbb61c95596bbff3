import type { EntityManager } from 'typeorm';
import type { ObjectKey } from './object-key.js';

/** What rows say about where bytes are, kept true by whoever has the rows; in the transaction that ends the job. */
export interface UploadListener {
  /** The bucket has the media or init, verified, and its job is gone. */
  stored(manager: EntityManager, key: ObjectKey): Promise<void>;

  /** No file has the bytes that the row of the object promises: it is gone or was changed. */
  lost(manager: EntityManager, key: ObjectKey): Promise<void>;
}
