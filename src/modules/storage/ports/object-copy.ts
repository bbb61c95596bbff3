import type { Readable } from 'node:stream';
import type { ByteRange } from '../../../shared/byte-range.js';

/** A whole copy of an object, in the folder or in a bucket. */
export interface ObjectCopy {
  /**
   * @throws {ObjectNotFoundError} when it was taken away since it was found
   * @throws {RangeError} when it got shorter
   * @throws {StorageUnavailableError}
   */
  read(range: ByteRange): Promise<Readable>;
}
