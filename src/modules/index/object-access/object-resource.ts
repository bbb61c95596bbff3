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

/** Committed media never changes. */
export const IMMUTABLE = 'max-age=31536000, immutable';
/** Manifests are asked for again each time, and answered with 304 when they are the same. */
export const REVALIDATE = 'no-cache';
