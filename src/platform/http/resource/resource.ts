import type { ByteRange } from '../../../shared/byte-range.js';

/** Media that is committed never changes. */
export const IMMUTABLE = 'max-age=31536000, immutable';
/** Asked for again each time, and answered with 304 when it is the same. */
export const REVALIDATE = 'no-cache';

interface ResourceFacts {
  /** Strong, with its quotation marks. */
  readonly etag: string;
  /** When it became what it is; undefined where nobody knows. */
  readonly modifiedAt?: Date | undefined;
  readonly contentType: string;
  readonly cacheControl: string;
  /** `Content-Disposition`: what a browser saves it as. */
  readonly disposition?: string;
}

/** Known to its last byte before it is read: ranges of it can be had. */
export interface RangedResource extends ResourceFacts {
  readonly sizeBytes: number;
  /** Makes sure that it can be had, for whoever wants no bytes. @throws when it cannot */
  readonly check?: () => Promise<void>;
  /** @throws when it cannot be had: nothing has been sent by then */
  readonly open: (range: ByteRange) => ResourceBody | Promise<ResourceBody>;
}

/** Made when it is wanted, for whom has not got it yet, and sent whole. */
export interface WholeResource extends ResourceFacts {
  /** @param left is aborted when who asked has gone */
  readonly make: (left: AbortSignal) => Uint8Array | Promise<Uint8Array>;
}

/** Something that has states, and is given out by GET and HEAD. */
export type Resource = RangedResource | WholeResource;

/** Bytes at once, bytes that come one after another (each part is good until the next is asked for), or who else has them. */
export type ResourceBody = Uint8Array | AsyncIterable<Uint8Array> | { readonly redirectTo: string };
