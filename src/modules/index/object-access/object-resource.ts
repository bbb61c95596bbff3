import type { ObjectKey } from '../../storage/ports/object-key.js';

/** An object and how it is told to the world. */
export interface ObjectResource {
  readonly key: ObjectKey;
  readonly contentType: string;
  readonly cacheControl: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  /** Undefined for what is made when it is asked for. */
  readonly modifiedAt: Date | undefined;
  /** The bytes when they are in memory; else it is committed media, whose bytes are in storage. */
  readonly body: Buffer | undefined;
}
