import type { ByteRange } from '../../storage/ports/storage-driver.js';

/** An object got shorter while it was being sent. */
export class ObjectTruncatedError extends Error {
  override readonly name = 'ObjectTruncatedError';
}

/**
 * Passes the bytes of a range on. Whoever asked was told how many there are, so fewer end in an error and not as if that
 * were everything.
 *
 * @throws {ObjectTruncatedError}
 */
export async function* wholeRange(
  bytes: AsyncIterable<Uint8Array>,
  { start, end }: ByteRange,
): AsyncGenerator<Uint8Array> {
  let missingBytes = end - start + 1;
  for await (const part of bytes) {
    missingBytes -= part.length;
    yield part;
  }
  if (missingBytes > 0) throw new ObjectTruncatedError(`${String(missingBytes)} bytes are missing.`);
}
